package dev.cinnabar.tls;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.security.PrivateKey;
import java.security.interfaces.ECPrivateKey;
import java.security.interfaces.RSAPrivateCrtKey;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/** Private keys in the forms that OpenSSL writes; all but two are the same key. They protect nothing. */
class PrivateKeysTest {

    private static final String PLAIN = """
            -----BEGIN PRIVATE KEY-----
            MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgCTGM3BhvZdegt8Pf
            4jE9ur769WSBpEvHtYMQIVIbeCOhRANCAATgP99OxKVqsmkmV8R4ZiNu9S+8GpCM
            k2syx5DRWyV/SJXNpTEBZOrcYKv5WxlH5ihDCjM1RrcB6yrxrXNJtDFO
            -----END PRIVATE KEY-----
            """;
    private static final Map<String, String> SAME_KEY = Map.of(
            "SEC 1",
            """
            -----BEGIN EC PRIVATE KEY-----
            MHcCAQEEIAkxjNwYb2XXoLfD3+IxPbq++vVkgaRLx7WDECFSG3gjoAoGCCqGSM49
            AwEHoUQDQgAE4D/fTsSlarJpJlfEeGYjbvUvvBqQjJNrMseQ0Vslf0iVzaUxAWTq
            3GCr+VsZR+YoQwozNUa3Aesq8a1zSbQxTg==
            -----END EC PRIVATE KEY-----
            """,
            "SEC 1, AES",
            """
            -----BEGIN EC PRIVATE KEY-----
            Proc-Type: 4,ENCRYPTED
            DEK-Info: AES-256-CBC,3A3AAEEA0C9A09CC9386EF27F21395C3

            IB+yjRyqEAdWvmeC/w2xFIRVkPDJ0MJIjRPK+K8tUcD0hXnvR+t8kknhZvA6TSDN
            OXdVd/+r1NZeXwEgBS4++2o70yFUZpsHkh7VueCUqupCOH4HHQeRtMPE92Kg3Ez3
            TkSKPA66OjhlnI0a2vMS3Pm0C2xuBpW1Jpx4wtuU1Y8=
            -----END EC PRIVATE KEY-----
            """,
            "SEC 1, triple DES",
            """
            -----BEGIN EC PRIVATE KEY-----
            Proc-Type: 4,ENCRYPTED
            DEK-Info: DES-EDE3-CBC,36BC302E0CB7532A

            C4CpFwUHG0SbUoZNsTMCdQ4xtA6JdYbJyPIyX/K5XSjPWXK6MbijB4y83L/+xoEv
            hNCAEg2VTdeLZC+0qfKPSjQ3cTjX2Kz++FIf3TS8UA3KoC2CRHkCIroHICcrS4ms
            2XZpcO81fL9wDqtQX0dByP+Eo/R/skN7NhKKQKC7k/0=
            -----END EC PRIVATE KEY-----
            """,
            "PKCS #8, PBES2",
            """
            -----BEGIN ENCRYPTED PRIVATE KEY-----
            MIHsMFcGCSqGSIb3DQEFDTBKMCkGCSqGSIb3DQEFDDAcBAjStfhIf3tMgwICCAAw
            DAYIKoZIhvcNAgkFADAdBglghkgBZQMEASoEEEDOQd+ymvR8s7ifN7u2thoEgZCK
            l+NPXBS1xlKlc8YPFgaeL5fsRRJbyydcb7lqD2IJ34xHxYRNg228xuPwA5+TbXT4
            lSztcJH1P+zya3UGdJNF4K563G4rfDXkB/Pxj5g7fN96hhajG/0yRiVGrx4YMuoB
            OT3KcTkqjWtYeAjjg2fK3ULLkLeJ7psEryfB593RoD5l9khbbN6qupEkq+kFaG0=
            -----END ENCRYPTED PRIVATE KEY-----
            """,
            "PKCS #8, PKCS #12's scheme",
            """
            -----BEGIN ENCRYPTED PRIVATE KEY-----
            MIGxMBwGCiqGSIb3DQEMAQMwDgQIYwWux74hQjACAggABIGQtO0YJ3D6GRfOXIcC
            daJWVqOw4q5INdD/WKQSsd/puHxpDhvMtTNA9rYWRmyoLRJW3gtoB/Lq3CzA9JMS
            6xT9iBF36fTwzrta2ovFyhE+AXz0r82lK8vuWNWb7zyKEF9C62fGmoCHpBiHJo8w
            zECU9M5QP0VL9DGEV+YK07c7CM1oVFcQx9+NuW8NQeZC1V9V
            -----END ENCRYPTED PRIVATE KEY-----
            """);
    private static final String SCRYPT = """
            -----BEGIN ENCRYPTED PRIVATE KEY-----
            MIHkME8GCSqGSIb3DQEFDTBCMCEGCSsGAQQB2kcECzAUBAiZRRuIz45ZQAICQAAC
            AQgCAQEwHQYJYIZIAWUDBAEqBBAUD/bSvIPLaJeb4hI/Lr5XBIGQNhUZYCqgNBur
            Jz9hltGaBNkydyGszUb7mrdICZtZcdFE+F/2gouGeZl/hcT7D7cJF7lnhzUe0/HG
            z3eeImk0XJmZNUpiGlz/hOUn0rmNI4NXRRK9bOPmqSdVK6yk2yk1FmINzz2dQC25
            nuxwXSQyVLXFt8Qla2c9jFBBW0hiud14UOsOe0NSq5uVbkPY3RT9
            -----END ENCRYPTED PRIVATE KEY-----
            """;
    private static final String RSA = """
            -----BEGIN RSA PRIVATE KEY-----
            MIICWwIBAAKBgQCoKQ9n+6k2IWCTN9BFomVQws9a4PO5A8ZqGN39y1J5HASgy3XG
            ZYyYoPrU9+nEBJRe2cTUXYGGqErUp2P7VqgI6ZxHqlPrqA8BZwVbhk0AW1dWlXRM
            IAZ7elpbl+LCnzqdA2PGBi0sALQojM5wjWJbSbM+U0/pRf0D5Ypr4b+UFQIDAQAB
            AoGAVv2+wY0X0S/dFOuHq65B+VB+EkZS7sA8MYChvnwjMxHCdygpyjOYUxDcEbYa
            UVQJKTRAtZeVvQJsi6v4dfozPGpj9F8dqKI635oNUVYe8uZe0rxOec8XvyLBC6Lj
            1ylnaeITdn/qzrN6losWeVX4X73gTT2utvOvi+lPNV4IOTUCQQDSnEEBwmMOLw9y
            7cKGEG5JCYnrluWNja3G+ET82DmEyizlSVIAdVVYOfuBM6JCBWOM8R25NTmSAH8x
            3RnCSuMDAkEAzGbEHnI6rwGOQkCxz19KKz0/OcMESs000+8XhRB0go4Swu41M/zw
            ryChB8qVx5nn9iUuDOL6aMCiga5nLFF1BwJAJM8GVYZhxZLYAmAnhULN45n1LuWa
            jRjb7FBrzj0EIH8tRY2A9W+MUPUhTb12eE90zKc/aKUywJ+xm0dnPxvTfQJAbh1m
            xigvqRwjcVm88MSbBlRGfW2sIEgQj6QcfZjxy2uSe+UsUEeRuibP2YyvyAoHxrkc
            5+BXmps8cLRt7JgtfQJAYxSDrNeXTLTiUbmJSgxcM+Py1C08y5Nt10uf8vyLwjbs
            k4KGfYfpGlPmSZSUkTdsTXWtiE20UZqr/rsVOl479A==
            -----END RSA PRIVATE KEY-----
            """;
    private static final String ED25519 = """
            -----BEGIN PRIVATE KEY-----
            MC4CAQAwBQYDK2VwBCIEIDVzjEJ+/EMSjL1kA4icLr5Qi9xolplksKMvUFfWG4iM
            -----END PRIVATE KEY-----
            """;

    private static PrivateKey read(String pem, String pass) throws IOException {
        return PrivateKeys.find(Pem.parse(pem), pass);
    }

    @Test
    void allFormsAreTheSameKey() throws IOException {
        ECPrivateKey plain = (ECPrivateKey) read(PLAIN, "");
        for (Map.Entry<String, String> form : SAME_KEY.entrySet()) {
            ECPrivateKey key = (ECPrivateKey) read(form.getValue(), "secret");
            assertThat(key.getS()).as(form.getKey()).isEqualTo(plain.getS());
            assertThat(key.getParams().getCurve())
                    .as(form.getKey())
                    .isEqualTo(plain.getParams().getCurve());
        }
    }

    @Test
    void otherAlgorithms() throws IOException {
        RSAPrivateCrtKey rsa = (RSAPrivateCrtKey) read(RSA, "");
        assertThat(rsa.getModulus().bitLength()).isEqualTo(1024);
        assertThat(rsa.getModulus()).isEqualTo(rsa.getPrimeP().multiply(rsa.getPrimeQ()));
        assertThat(read(ED25519, "").getAlgorithm()).isEqualTo("EdDSA");
    }

    @Test
    void theFirstKeyOfAFileCounts() throws IOException {
        assertThat(read("certificate follows\r\n" + RSA.replace("\n", "\r\n") + PLAIN, "")
                        .getAlgorithm())
                .isEqualTo("RSA");
    }

    @Test
    void whatIsWrongIsSaid() {
        for (String form : List.of("SEC 1, AES", "SEC 1, triple DES", "PKCS #8, PBES2", "PKCS #8, PKCS #12's scheme")) {
            String pem = SAME_KEY.get(form);
            assertThatThrownBy(() -> read(pem, "wrong"))
                    .as(form)
                    .isInstanceOf(IOException.class)
                    .hasMessageStartingWith("it cannot be decrypted, is the pass phrase right?");
            assertThatThrownBy(() -> read(pem, "")).as(form).hasMessageContaining("no pass phrase is configured");
        }
        assertThatThrownBy(() -> read(SCRYPT, "secret")).hasMessageContaining("in a way that is not known here");
        assertThatThrownBy(() -> read("", "")).hasMessageContaining("no private key in it");
        assertThatThrownBy(() -> read("-----BEGIN PRIVATE KEY-----\nMIGH", "")).hasMessageContaining("no end line");
        assertThatThrownBy(() -> read("-----BEGIN PRIVATE KEY-----\n!!\n-----END PRIVATE KEY-----", ""))
                .hasMessage("bad base64 decode");
        assertThatThrownBy(() -> read("-----BEGIN PRIVATE KEY-----\nMIGH\n-----END X-----", ""))
                .hasMessageContaining("bad end line");
    }

    /** A file with errors is refused, and nothing else comes of it. */
    @Test
    void damagedFilesAreRefused() {
        long seed = 20261123;
        SplittableRandom random = new SplittableRandom(seed);
        List<String> forms = List.copyOf(SAME_KEY.values());
        int refused = 0;
        for (int i = 0; i < 300; i++) {
            StringBuilder pem = new StringBuilder(forms.get(random.nextInt(forms.size())));
            int at = random.nextInt(pem.length());
            if (random.nextBoolean()) {
                pem.setLength(at);
            } else {
                pem.setCharAt(at, (char) random.nextInt(128));
            }
            try {
                read(pem.toString(), "secret");
            } catch (IOException e) {
                refused++;
            } catch (RuntimeException e) {
                throw new AssertionError("seed " + seed + ": " + pem, e);
            }
        }
        assertThat(refused).isGreaterThan(200);
    }
}
