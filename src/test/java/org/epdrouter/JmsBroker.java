package org.epdrouter;

import jakarta.jms.JMSConsumer;
import jakarta.jms.JMSContext;
import jakarta.jms.JMSException;
import jakarta.jms.Message;
import jakarta.jms.Queue;
import jakarta.jms.TextMessage;
import java.util.UUID;
import java.util.function.Function;
import org.apache.activemq.artemis.core.config.Configuration;
import org.apache.activemq.artemis.core.config.impl.ConfigurationImpl;
import org.apache.activemq.artemis.core.server.embedded.EmbeddedActiveMQ;
import org.apache.activemq.artemis.jms.client.ActiveMQConnectionFactory;

/** A real Artemis on a free port, and a client of it. */
final class JmsBroker implements AutoCloseable {
  private static final long LIMIT_MILLIS = 20_000;

  private final EmbeddedActiveMQ broker = new EmbeddedActiveMQ();
  private final ActiveMQConnectionFactory connections;
  private final JMSContext client;

  JmsBroker() throws Exception {
    Configuration configuration =
        new ConfigurationImpl()
            .setPersistenceEnabled(false)
            .setSecurityEnabled(false)
            .setJMXManagementEnabled(false)
            .addAcceptorConfiguration("tcp", "tcp://127.0.0.1:0");
    broker.setConfiguration(configuration).start();
    connections = new ActiveMQConnectionFactory(url());
    client = connections.createContext();
  }

  String url() {
    int port = broker.getActiveMQServer().getRemotingService().getAcceptor("tcp").getActualPort();
    return "tcp://127.0.0.1:" + port;
  }

  JMSContext client() {
    return client;
  }

  /** A queue that nobody else answers to. */
  Queue replies() {
    return client.createQueue("replies-" + UUID.randomUUID());
  }

  /** Sends a message to a queue; what it is and where it is answered is up to the caller. */
  void send(String queue, Message message) {
    client.createProducer().send(client.createQueue(queue), message);
  }

  /** Sends a text as a request. */
  void send(String queue, String text, Queue replyTo) throws JMSException {
    TextMessage message = client.createTextMessage(text);
    message.setJMSReplyTo(replyTo);
    send(queue, message);
  }

  /** Waits for the next message of a queue. */
  Message receive(Queue queue) {
    try (JMSConsumer consumer = client.createConsumer(queue)) {
      Message message = consumer.receive(LIMIT_MILLIS);
      if (message == null) {
        throw new AssertionError("no message in " + queue);
      }
      return message;
    }
  }

  /** Sends a request and waits for its answer. */
  Message ask(String queue, Message request) throws JMSException {
    Queue replies = replies();
    request.setJMSReplyTo(replies);
    send(queue, request);
    return receive(replies);
  }

  /** Sends a request and waits for its answer. */
  Message ask(String queue, Function<JMSContext, Message> request) throws JMSException {
    return ask(queue, request.apply(client));
  }

  /** Messages in a queue that nobody has acknowledged. */
  long waiting(String queue) {
    return broker.getActiveMQServer().locateQueue(queue).getMessageCount();
  }

  @Override
  public void close() {
    client.close();
    connections.close();
    try {
      broker.stop();
    } catch (Exception e) {
      throw new AssertionError(e);
    }
  }
}
