package org.epdrouter.relay;

import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Who the router is towards one side, and whom it trusts there.
 *
 * @param key null if the router shows no certificate
 * @param certificates the router's own first; none without key
 * @param trusted none if the JVM's own are meant
 */
record TlsIdentity(
    @Nullable PrivateKey key, List<X509Certificate> certificates, List<X509Certificate> trusted) {

  /** Takes copies. */
  TlsIdentity {
    certificates = List.copyOf(certificates);
    trusted = List.copyOf(trusted);
  }

  /** Without the key. */
  @Override
  public String toString() {
    return certificates.isEmpty()
        ? "TlsIdentity[]"
        : "TlsIdentity[" + certificates.get(0).getSubjectX500Principal() + "]";
  }
}
