package org.epdrouter.relay;

import java.util.Map;
import org.apache.camel.Endpoint;
import org.apache.camel.support.CamelContextHelper;
import org.apache.camel.support.DefaultComponent;

/**
 * The {@code relay:} component: calls a worker over HTTP without a waiting thread. {@code
 * relay:/v1/chat/completions} calls the worker that a pool has leased for the exchange, {@code
 * relay:http://host:8000/v1/models} the one that it names.
 */
public final class RelayComponent extends DefaultComponent {

  @Override
  protected Endpoint createEndpoint(String uri, String remaining, Map<String, Object> parameters)
      throws Exception {
    RelayEndpoint endpoint = new RelayEndpoint(uri, this, remaining);
    setProperties(endpoint, parameters);
    if (endpoint.getClient() == null) {
      endpoint.setClient(
          CamelContextHelper.mandatoryFindSingleByType(getCamelContext(), RelayClient.class));
    }
    return endpoint;
  }
}
