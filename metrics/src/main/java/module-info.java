/** The server's figures over HTTP, in the text format of Prometheus. */
module dev.cinnabar.metrics {
    requires dev.cinnabar;
    requires jdk.httpserver;
    requires static org.jspecify;

    provides dev.cinnabar.spi.MetricsEndpoint with
            dev.cinnabar.metrics.PrometheusEndpoint;
}
