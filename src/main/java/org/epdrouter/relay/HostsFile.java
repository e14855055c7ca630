package org.epdrouter.relay;

import io.netty.channel.socket.nio.NioDatagramChannel;
import io.netty.resolver.AddressResolver;
import io.netty.resolver.AddressResolverGroup;
import io.netty.resolver.HostsFileEntriesProvider;
import io.netty.resolver.HostsFileEntriesResolver;
import io.netty.resolver.InetNameResolver;
import io.netty.resolver.ResolvedAddressTypes;
import io.netty.resolver.dns.DnsAddressResolverGroup;
import io.netty.resolver.dns.DnsNameResolverBuilder;
import io.netty.util.concurrent.EventExecutor;
import io.netty.util.concurrent.Promise;
import java.io.File;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * The system's hosts file as it was at most about a second ago: Netty's own reader reads it once,
 * when the JVM starts. While it cannot be read, what it said before holds. A file that the property
 * {@code jdk.net.hosts.file} names takes the place of the system's file and of DNS, as it does for
 * the JDK. Thread-safe.
 */
final class HostsFile implements HostsFileEntriesResolver, AutoCloseable {

  private static final String PROPERTY = "jdk.net.hosts.file";
  private static final long LOOK_MILLIS = 1000;

  private final @Nullable File file;
  private final FileWatch watch;
  private volatile HostsFileEntriesProvider entries;

  private HostsFile(@Nullable String file) {
    this.file = file == null ? null : new File(file);
    this.entries =
        this.file == null
            ? HostsFileEntriesProvider.parser().parseSilently()
            : HostsFileEntriesProvider.parser().parseSilently(this.file, StandardCharsets.UTF_8);
    this.watch =
        new FileWatch("epd-hosts-file", LOOK_MILLIS, this::look, "names of the hosts file");
  }

  /** Finds the addresses of workers: by the hosts file, then by DNS for as long as its TTL says. */
  static AddressResolverGroup<InetSocketAddress> resolver() {
    String property = System.getProperty(PROPERTY);
    HostsFile hosts = new HostsFile(property);
    return property == null ? new WithDns(hosts) : new Alone(hosts);
  }

  @Override
  public @Nullable InetAddress address(String host, ResolvedAddressTypes types) {
    List<InetAddress> found = find(host, types);
    return found.isEmpty() ? null : found.get(0);
  }

  private List<InetAddress> find(String host, ResolvedAddressTypes types) {
    HostsFileEntriesProvider now = entries;
    String name = host.toLowerCase(Locale.ROOT);
    List<InetAddress> four = now.ipv4Entries().getOrDefault(name, List.of());
    List<InetAddress> six = now.ipv6Entries().getOrDefault(name, List.of());
    return switch (types) {
      case IPV4_ONLY -> four;
      case IPV6_ONLY -> six;
      case IPV4_PREFERRED -> both(four, six);
      case IPV6_PREFERRED -> both(six, four);
    };
  }

  private static List<InetAddress> both(List<InetAddress> first, List<InetAddress> second) {
    List<InetAddress> both = new ArrayList<>(first);
    both.addAll(second);
    return both;
  }

  private boolean look() throws IOException {
    HostsFileEntriesProvider.Parser parser = HostsFileEntriesProvider.parser();
    entries = file == null ? parser.parse() : parser.parse(file, StandardCharsets.UTF_8);
    return true;
  }

  @Override
  public void close() {
    watch.close();
  }

  /** Resolves what the file does not know by DNS. */
  private static final class WithDns extends DnsAddressResolverGroup {
    private final HostsFile hosts;

    WithDns(HostsFile hosts) {
      super(
          new DnsNameResolverBuilder()
              .datagramChannelType(NioDatagramChannel.class)
              .hostsFileEntriesResolver(hosts));
      this.hosts = hosts;
    }

    @Override
    public void close() {
      hosts.close();
      super.close();
    }
  }

  /** Resolves without DNS. */
  private static final class Alone extends AddressResolverGroup<InetSocketAddress> {
    private final HostsFile hosts;

    Alone(HostsFile hosts) {
      this.hosts = hosts;
    }

    @Override
    protected AddressResolver<InetSocketAddress> newResolver(EventExecutor executor) {
      return new InetNameResolver(executor) {
        @Override
        protected void doResolve(String host, Promise<InetAddress> promise)
            throws UnknownHostException {
          promise.setSuccess(found(host).get(0));
        }

        @Override
        protected void doResolveAll(String host, Promise<List<InetAddress>> promise)
            throws UnknownHostException {
          promise.setSuccess(found(host));
        }
      }.asAddressResolver();
    }

    @Override
    public void close() {
      hosts.close();
      super.close();
    }

    private List<InetAddress> found(String host) throws UnknownHostException {
      List<InetAddress> found = hosts.find(host, ResolvedAddressTypes.IPV4_PREFERRED);
      if (found.isEmpty()) {
        throw new UnknownHostException(host);
      }
      return found;
    }
  }
}
