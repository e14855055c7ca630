package org.epdrouter.simulator;

import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * A cluster of workers in one process.
 *
 * @param encode number of encode workers
 * @param prefill number of prefill workers
 * @param decode number of decode workers
 * @param prefillDecode number of prefill+decode workers
 * @param host address they listen on
 * @param basePort port of the first worker, the others follow in the order above; 0 takes free ones
 * @param model the name they answer to
 * @param sharedStorage directory of the encoder cache; null keeps it in memory
 * @param behaviour what all of them share
 */
public record SimulatorSettings(
    int encode,
    int prefill,
    int decode,
    int prefillDecode,
    String host,
    int basePort,
    String model,
    @Nullable Path sharedStorage,
    Behaviour behaviour) {

  /** The model of vLLM's example scripts. */
  public static final String DEFAULT_MODEL = "Qwen/Qwen2.5-VL-3B-Instruct";

  public SimulatorSettings {
    requireCount("encode", encode);
    requireCount("prefill", prefill);
    requireCount("decode", decode);
    requireCount("prefillDecode", prefillDecode);
    WorkerSettings.requirePort("basePort", basePort);
  }

  /** Separate prefill and decode on free loopback ports. */
  public static SimulatorSettings of(int encode, int prefill, int decode) {
    return of(encode, prefill, decode, 0);
  }

  /** Any mixture of roles on free loopback ports. */
  public static SimulatorSettings of(int encode, int prefill, int decode, int prefillDecode) {
    return new SimulatorSettings(
        encode,
        prefill,
        decode,
        prefillDecode,
        "127.0.0.1",
        0,
        DEFAULT_MODEL,
        null,
        Behaviour.defaults());
  }

  public SimulatorSettings withBehaviour(Behaviour value) {
    return new SimulatorSettings(
        encode, prefill, decode, prefillDecode, host, basePort, model, sharedStorage, value);
  }

  public SimulatorSettings withModel(String value) {
    return new SimulatorSettings(
        encode, prefill, decode, prefillDecode, host, basePort, value, sharedStorage, behaviour);
  }

  public SimulatorSettings withSharedStorage(@Nullable Path value) {
    return new SimulatorSettings(
        encode, prefill, decode, prefillDecode, host, basePort, model, value, behaviour);
  }

  public SimulatorSettings withAddress(String newHost, int newBasePort) {
    return new SimulatorSettings(
        encode,
        prefill,
        decode,
        prefillDecode,
        newHost,
        newBasePort,
        model,
        sharedStorage,
        behaviour);
  }

  int count(Role role) {
    return switch (role) {
      case ENCODE -> encode;
      case PREFILL -> prefill;
      case DECODE -> decode;
      case PREFILL_DECODE -> prefillDecode;
    };
  }

  private static void requireCount(String name, int value) {
    if (value < 0 || value > 1000) {
      throw new IllegalArgumentException(name + ": " + value + " (expected: 0..1000)");
    }
  }
}
