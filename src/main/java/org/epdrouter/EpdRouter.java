package org.epdrouter;

/** The main class of the router. */
public final class EpdRouter {
  private EpdRouter() {}

  /** Runs the command line. */
  public static void main(String... args) {}
}
