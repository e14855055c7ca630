package org.epdrouter;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.UnknownHostException;
import org.epdrouter.settings.Keys;
import org.epdrouter.settings.SettingException;
import org.epdrouter.settings.Settings;

/**
 * Where the router is to listen, tried before anything starts: what a busy port stops need not be
 * stopped again.
 *
 * @param host a name or address
 * @param port 0 means any free one
 * @param scheme what clients speak: http or https
 */
record ListenAddress(String host, int port, String scheme) {
  /** The address that the settings name. */
  static ListenAddress of(Settings settings) {
    boolean tls = !settings.get(Keys.TLS_CERTIFICATE).isEmpty();
    return new ListenAddress(
        settings.get(Keys.HOST), settings.getInt(Keys.PORT), tls ? "https" : "http");
  }

  /**
   * Listens for a moment.
   *
   * @return this address with the port that was free
   * @throws SettingException if the host is not one of this machine or the port is in use
   */
  ListenAddress tryOut() {
    try (ServerSocket socket = new ServerSocket()) {
      socket.setReuseAddress(true);
      socket.bind(new InetSocketAddress(InetAddress.getByName(host), port));
      return new ListenAddress(host, socket.getLocalPort(), scheme);
    } catch (UnknownHostException e) {
      throw new SettingException(Keys.HOST, host, "a host name or address of this machine");
    } catch (IOException e) {
      String reason = String.valueOf(e.getMessage());
      throw reason.contains("assign")
          ? new SettingException(Keys.HOST, host, "an address of this machine; " + reason)
          : new SettingException(Keys.PORT, Integer.toString(port), "a free port; " + reason);
    }
  }

  /** Where clients on this machine reach it. */
  String local() {
    return switch (host) {
      case "0.0.0.0", "[::]" -> scheme + "://127.0.0.1:" + port;
      default -> toString();
    };
  }

  @Override
  public String toString() {
    return scheme + "://" + host + ":" + port;
  }
}
