package org.epdrouter.simulator;

import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** The encoder cache of a cluster in one process. */
final class MemoryEcStore implements EcStore {
  private final Set<String> hashes = ConcurrentHashMap.newKeySet();

  @Override
  public boolean contains(String hash) {
    return hashes.contains(hash);
  }

  @Override
  public boolean add(String hash) {
    return hashes.add(hash);
  }

  @Override
  public void clear() {
    hashes.clear();
  }
}
