package org.epdrouter.simulator;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.stream.Stream;

/**
 * The encoder cache in a directory that the workers' processes share, laid out as vLLM's
 * ECExampleConnector does: {@code <shared_storage_path>/<hash>/encoder_cache.safetensors}. The
 * files are empty. The directory may be emptied or removed at any time.
 */
final class FileEcStore implements EcStore {
  private static final String FILE = "encoder_cache.safetensors";

  private final Path directory;

  FileEcStore(Path directory) {
    this.directory = directory;
  }

  @Override
  public boolean contains(String hash) {
    return Files.exists(file(hash));
  }

  @Override
  public boolean add(String hash) {
    Path file = file(hash);
    try {
      Files.createDirectories(file.getParent());
      Files.newOutputStream(file, StandardOpenOption.CREATE_NEW).close();
      return true;
    } catch (FileAlreadyExistsException e) {
      return false;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public void clear() {
    if (!Files.isDirectory(directory)) {
      return;
    }
    try (Stream<Path> entries = Files.list(directory)) {
      for (Path entry : (Iterable<Path>) entries::iterator) {
        if (Files.isDirectory(entry) && Files.deleteIfExists(entry.resolve(FILE))) {
          Files.deleteIfExists(entry);
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private Path file(String hash) {
    return directory.resolve(hash).resolve(FILE);
  }
}
