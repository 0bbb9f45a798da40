package dev.cinnabar.tls;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

/** OpenSSL's lists of ciphers, on suites as the JDK names them. */
class CipherListTest {

    private static final String EC_256 = "TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384";
    private static final String RSA_256 = "TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384";
    private static final String RSA_128 = "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256";
    private static final String CHACHA = "TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256";
    private static final String DHE = "TLS_DHE_RSA_WITH_AES_128_CBC_SHA";
    private static final String OLD = "TLS_RSA_WITH_AES_128_CBC_SHA256";
    private static final String[] ALL = {"TLS_AES_128_GCM_SHA256", EC_256, RSA_256, RSA_128, CHACHA, DHE, OLD};
    private static final String[] DEFAULT = {"TLS_AES_128_GCM_SHA256", EC_256, RSA_256, RSA_128, CHACHA, DHE};

    private static List<String> chosen(String list) {
        return CipherList.choose(list, ALL, DEFAULT);
    }

    @Test
    void names() {
        assertThat(chosen("ECDHE-RSA-AES128-GCM-SHA256:ECDHE-ECDSA-AES256-GCM-SHA384"))
                .containsExactly(RSA_128, EC_256);
        assertThat(chosen("ECDHE-RSA-CHACHA20-POLY1305 DHE-RSA-AES128-SHA,AES128-SHA256"))
                .containsExactly(CHACHA, DHE, OLD);
        assertThat(chosen(RSA_256)).containsExactly(RSA_256);
    }

    @Test
    void groups() {
        assertThat(chosen("DEFAULT")).containsExactly(EC_256, RSA_256, RSA_128, CHACHA, DHE);
        assertThat(chosen("DEFAULT:!MEDIUM")).hasSize(5);
        assertThat(chosen("ECDHE+AESGCM")).containsExactly(EC_256, RSA_256, RSA_128);
        assertThat(chosen("HIGH:!aNULL:!SHA1:!kRSA")).containsExactly(EC_256, RSA_256, RSA_128, CHACHA);
        assertThat(chosen("aECDSA")).containsExactly(EC_256);
    }

    @Test
    void signs() {
        assertThat(chosen("ALL:-ECDHE:ECDHE-RSA-AES128-GCM-SHA256")).containsExactly(DHE, OLD, RSA_128);
        assertThat(chosen("ALL:!ECDHE:ECDHE-RSA-AES128-GCM-SHA256")).containsExactly(DHE, OLD);
        assertThat(chosen("ECDHE:+AES256:@STRENGTH")).containsExactly(RSA_128, CHACHA, EC_256, RSA_256);
    }

    @Test
    void whatNobodyKnowsIsPassedOver() {
        assertThat(chosen("nonsense")).isEmpty();
        assertThat(chosen("nonsense:AES256")).containsExactly(EC_256, RSA_256);
        assertThat(chosen("TLS_AES_128_GCM_SHA256")).isEmpty();
    }
}
