package org.epdrouter.openai;

import com.fasterxml.jackson.core.ErrorReportConfiguration;
import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonFactoryBuilder;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.io.JsonEOFException;
import io.netty.buffer.ByteBuf;
import java.io.Closeable;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/**
 * Walks over the tokens of a body and says where they stand in its bytes. Strings whose text is not
 * asked for are skipped without being collected, whatever their length. Work and memory are linear
 * in the body. Not thread-safe.
 */
final class JsonCursor implements Closeable {
  /** Objects and arrays within each other. */
  static final int MAX_DEPTH = 256;

  /** Characters of a number. */
  static final int MAX_NUMBER = 1_000;

  /** Bytes of a member's name. */
  static final int MAX_NAME = 50_000;

  /** Characters of a string whose text is asked for. */
  static final int MAX_TEXT = 65_536;

  /**
   * Keeps no table of member names: it would hold what clients sent, and costs the square of the
   * length of long names. That Jackson has a parser of chars only for this case suits {@link
   * CondensingReader}.
   */
  private static final JsonFactory FACTORY =
      new JsonFactoryBuilder()
          .disable(JsonFactory.Feature.CANONICALIZE_FIELD_NAMES)
          .disable(JsonFactory.Feature.INTERN_FIELD_NAMES)
          .streamReadConstraints(
              StreamReadConstraints.builder()
                  .maxNestingDepth(MAX_DEPTH)
                  .maxNumberLength(MAX_NUMBER)
                  .maxNameLength(MAX_NAME)
                  .maxStringLength(MAX_TEXT)
                  .build())
          .errorReportConfiguration(
              ErrorReportConfiguration.builder().maxErrorTokenLength(16).build())
          .build();

  private final CondensingReader reader;
  private final JsonParser json;

  JsonCursor(ByteBuf body) throws IOException {
    reader = new CondensingReader(body.nioBuffers());
    json = FACTORY.createParser(reader);
  }

  /** Moves to the next token; null at the end of the body. */
  @Nullable JsonToken next() throws IOException {
    return json.nextToken();
  }

  /** Moves to the next token within an object or array, which does not end before it. */
  JsonToken nextValue() throws IOException {
    JsonToken value = json.nextToken();
    if (value == null) {
      throw new JsonEOFException(json, JsonToken.NOT_AVAILABLE, "unfinished");
    }
    return value;
  }

  /** Moves to the next member of the object and gives its name; null at the object's end. */
  @Nullable String nextName() throws IOException {
    return json.nextFieldName();
  }

  /** Moves from the first to the last token of a value. */
  void skipValue() throws IOException {
    json.skipChildren();
  }

  /** Text of the current string; bytes above 127 stand for themselves. */
  String text() throws IOException {
    return json.getText();
  }

  /** Where the current token begins. */
  int start() {
    return original(json.currentTokenLocation().getCharOffset());
  }

  /**
   * The byte after the current token, which is read to its end; a string's text must not exceed
   * {@link #MAX_TEXT}.
   */
  int end() throws IOException {
    json.finishToken();
    return original(json.currentLocation().getCharOffset() - 1) + 1;
  }

  /** Where in the body the char stands that the parser counts as {@code charOffset}. */
  int original(long charOffset) {
    return reader.original(charOffset);
  }

  @Override
  public void close() throws IOException {
    json.close();
  }
}
