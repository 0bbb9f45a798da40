package dev.cinnabar.openssl;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.abort;

import java.io.IOException;
import java.math.BigInteger;
import java.security.InvalidKeyException;
import java.security.KeyFactory;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PrivateKey;
import java.security.Provider;
import java.security.PublicKey;
import java.security.Security;
import java.security.Signature;
import java.security.SignatureException;
import java.security.interfaces.XECPublicKey;
import java.security.spec.ECGenParameterSpec;
import java.security.spec.MGF1ParameterSpec;
import java.security.spec.NamedParameterSpec;
import java.security.spec.PSSParameterSpec;
import java.security.spec.XECPrivateKeySpec;
import java.security.spec.XECPublicKeySpec;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import javax.crypto.KeyAgreement;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Each signature and agreement is made on one side and checked on the JDK's. Not run where there is no OpenSSL 3. */
class OpenSslProviderTest {

    private static Provider provider = new Provider("none", "0", "") {};

    @BeforeAll
    static void load() {
        try {
            LibCrypto.check();
        } catch (IOException e) {
            abort(e.getMessage());
        }
        provider = new OpenSslProvider();
    }

    private static KeyPair pair(String curveOrBits) throws Exception {
        if (curveOrBits.startsWith("secp")) {
            KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
            generator.initialize(new ECGenParameterSpec(curveOrBits));
            return generator.generateKeyPair();
        }
        KeyPairGenerator generator = KeyPairGenerator.getInstance("RSA");
        generator.initialize(Integer.parseInt(curveOrBits));
        return generator.generateKeyPair();
    }

    private static @Nullable PSSParameterSpec parameters(String digest) {
        return digest.equals("-")
                ? null
                : new PSSParameterSpec(
                        digest,
                        "MGF1",
                        new MGF1ParameterSpec(digest),
                        Integer.parseInt(digest.substring(4)) / 8,
                        PSSParameterSpec.TRAILER_FIELD_BC);
    }

    private static Signature signature(String algorithm, Provider by, @Nullable PSSParameterSpec parameters)
            throws Exception {
        Signature signature = Signature.getInstance(algorithm, by);
        if (parameters != null) {
            signature.setParameter(parameters);
        }
        return signature;
    }

    private static byte[] sign(Signature signature, PrivateKey key, byte[] text) throws Exception {
        signature.initSign(key);
        // In parts, as whoever signs a transcript does.
        int half = text.length / 2;
        signature.update(text, 0, half);
        for (int i = half; i < Math.min(text.length, half + 3); i++) {
            signature.update(text[i]);
        }
        if (text.length > half + 3) {
            signature.update(text, half + 3, text.length - half - 3);
        }
        return signature.sign();
    }

    private static boolean verify(Signature signature, PublicKey key, byte[] text, byte[] signed) throws Exception {
        signature.initVerify(key);
        signature.update(text);
        return signature.verify(signed);
    }

    @ParameterizedTest
    @CsvSource({
        "SHA256withRSA, 2048, -",
        "SHA384withRSA, 2048, -",
        "SHA512withRSA, 3072, -",
        "RSASSA-PSS, 2048, SHA-256",
        "RSASSA-PSS, 3072, SHA-384",
        "RSASSA-PSS, 2048, SHA-512",
        "SHA256withECDSA, secp256r1, -",
        "SHA384withECDSA, secp384r1, -",
        "SHA512withECDSA, secp521r1, -"
    })
    void whatOneSignsTheOtherVerifies(String algorithm, String kind, String digest) throws Exception {
        KeyPair pair = pair(kind);
        PSSParameterSpec parameters = parameters(digest);
        Provider jdk = Security.getProvider(kind.startsWith("secp") ? "SunEC" : "SunRsaSign");
        Signature ours = signature(algorithm, provider, parameters);
        Signature theirs = signature(algorithm, jdk, parameters);
        Random random = new Random(20261123);
        for (int length : new int[] {0, 1, 2, 130, 255, 256, 257, 4096, 100_000}) {
            byte[] text = new byte[length];
            random.nextBytes(text);
            byte[] signed = sign(ours, pair.getPrivate(), text);
            assertThat(verify(theirs, pair.getPublic(), text, signed)).isTrue();
            byte[] theirSigned = sign(theirs, pair.getPrivate(), text);
            assertThat(verify(ours, pair.getPublic(), text, theirSigned)).isTrue();

            byte[] other = Arrays.copyOf(text, length + 1);
            assertThat(verify(ours, pair.getPublic(), other, signed)).isFalse();
            byte[] bent = signed.clone();
            bent[bent.length - 1] ^= 1;
            assertThat(verify(ours, pair.getPublic(), text, bent)).isFalse();
            assertThat(verify(ours, pair.getPublic(), text, new byte[0])).isFalse();
        }
    }

    @Test
    void theSignerThatIsKeptIsThatOfTheKey() throws Exception {
        List<KeyPair> pairs = List.of(pair("2048"), pair("2048"), pair("2048"));
        byte[] text = {1, 2, 3};
        for (int i = 0; i < 12; i++) {
            KeyPair pair = pairs.get(i % pairs.size());
            KeyPair another = pairs.get((i + 1) % pairs.size());
            Signature signature = signature("SHA256withRSA", provider, null);
            byte[] signed = sign(signature, pair.getPrivate(), text);
            assertThat(verify(signature, pair.getPublic(), text, signed)).isTrue();
            assertThat(verify(signature, another.getPublic(), text, signed)).isFalse();
        }
    }

    @Test
    void keysAndParametersOfOthersAreRefused() throws Exception {
        KeyPair rsa = pair("2048");
        KeyPair ec = pair("secp256r1");
        assertThatThrownBy(() -> signature("SHA256withRSA", provider, null).initSign(ec.getPrivate()))
                .isInstanceOf(InvalidKeyException.class);
        assertThatThrownBy(() -> signature("SHA256withECDSA", provider, null).initVerify(rsa.getPublic()))
                .isInstanceOf(InvalidKeyException.class);
        Signature pss = signature("RSASSA-PSS", provider, null);
        pss.initSign(rsa.getPrivate());
        assertThatThrownBy(pss::sign).isInstanceOf(SignatureException.class);
        assertThatThrownBy(
                        () -> pss.setParameter(new PSSParameterSpec("SHA-256", "MGF1", MGF1ParameterSpec.SHA1, 32, 1)))
                .hasMessageContaining("MGF1");
        KeyPairGenerator x448 = KeyPairGenerator.getInstance("X448");
        assertThatThrownBy(() -> KeyAgreement.getInstance("XDH", provider)
                        .init(x448.generateKeyPair().getPrivate()))
                .isInstanceOf(InvalidKeyException.class);
    }

    private static byte[] reversed(byte[] bytes) {
        byte[] reversed = new byte[bytes.length];
        for (int i = 0; i < bytes.length; i++) {
            reversed[i] = bytes[bytes.length - 1 - i];
        }
        return reversed;
    }

    private static PublicKey publicKey(byte[] littleEndian) throws Exception {
        return KeyFactory.getInstance("XDH")
                .generatePublic(
                        new XECPublicKeySpec(NamedParameterSpec.X25519, new BigInteger(1, reversed(littleEndian))));
    }

    private static PrivateKey privateKey(byte[] scalar) throws Exception {
        return KeyFactory.getInstance("XDH").generatePrivate(new XECPrivateKeySpec(NamedParameterSpec.X25519, scalar));
    }

    private static byte[] agree(Provider by, PrivateKey own, PublicKey other) throws Exception {
        KeyAgreement agreement = KeyAgreement.getInstance("XDH", by);
        agreement.init(own);
        agreement.doPhase(other, true);
        return agreement.generateSecret();
    }

    /** The example of RFC 7748, section 6.1. */
    @Test
    void bobAgreesWithAlice() throws Exception {
        HexFormat hex = HexFormat.of();
        byte[] bob = hex.parseHex("5dab087e624a8a4b79e17f8b83800ee66f3bb1292618b6fd1c2f8b27ff88e0eb");
        byte[] alicePublic = hex.parseHex("8520f0098930a754748b7ddcb43ef75a0dbf3a0d26381af4eba4a98eaa9b4e6a");
        try (NativeKey key = NativeKey.ofX25519Private(bob)) {
            assertThat(hex.formatHex(key.x25519Public()))
                    .isEqualTo("de9edb7d7b7dc1b4d35b61c2ece435373f8343c85b78674dadfc7e146f882b4f");
        }
        assertThat(hex.formatHex(agree(provider, privateKey(bob), publicKey(alicePublic))))
                .isEqualTo("4a5d9d5ba4ce2de1728e3bf480350f25e07e21c947d19e3376f09b3c1e161742");
    }

    @Test
    void agreesAsTheJdkDoes() throws Exception {
        Provider jdk = Security.getProvider("SunEC");
        KeyPairGenerator ours = KeyPairGenerator.getInstance("X25519", provider);
        KeyPairGenerator theirs = KeyPairGenerator.getInstance("X25519", jdk);
        Random random = new Random(20261123);
        for (int i = 0; i < 100; i++) {
            KeyPair mine = ours.generateKeyPair();
            KeyPair yours = theirs.generateKeyPair();
            byte[] agreed = agree(provider, mine.getPrivate(), yours.getPublic());
            assertThat(agreed)
                    .isEqualTo(agree(jdk, yours.getPrivate(), mine.getPublic()))
                    .isEqualTo(agree(jdk, mine.getPrivate(), yours.getPublic()));
            byte[] scalar = new byte[32];
            random.nextBytes(scalar);
            assertThat(agree(provider, privateKey(scalar), yours.getPublic()))
                    .isEqualTo(agree(jdk, privateKey(scalar), yours.getPublic()));
        }
    }

    @Test
    void smallCoordinatesKeepTheirZeros() throws Exception {
        Provider jdk = Security.getProvider("SunEC");
        PrivateKey own = KeyPairGenerator.getInstance("X25519", provider)
                .generateKeyPair()
                .getPrivate();
        for (int u : new int[] {2, 9, 255, 256, 65_537}) {
            byte[] bytes = new byte[32];
            bytes[0] = (byte) u;
            bytes[1] = (byte) (u >>> 8);
            bytes[2] = (byte) (u >>> 16);
            PublicKey other = publicKey(bytes);
            assertThat(((XECPublicKey) other).getU()).isEqualTo(BigInteger.valueOf(u));
            assertThat(agree(provider, own, other)).isEqualTo(agree(jdk, own, other));
        }
    }

    @Test
    void pointsOfSmallOrderAreRefused() throws Exception {
        KeyPair own = KeyPairGenerator.getInstance("X25519", provider).generateKeyPair();
        for (int u : new int[] {0, 1}) {
            byte[] bytes = new byte[32];
            bytes[0] = (byte) u;
            PublicKey other = publicKey(bytes);
            assertThatThrownBy(() -> agree(provider, own.getPrivate(), other)).isInstanceOf(InvalidKeyException.class);
        }
    }

    @Test
    void manyThreadsSignAndAgreeAtOnce() throws Exception {
        KeyPair rsa = pair("2048");
        KeyPair ec = pair("secp256r1");
        byte[] text = "text".repeat(50).getBytes(UTF_8);
        try (ExecutorService threads = Executors.newFixedThreadPool(4)) {
            List<Future<Boolean>> results = new ArrayList<>();
            Callable<Boolean> work = () -> {
                for (int i = 0; i < 100; i++) {
                    byte[] signed = sign(signature("SHA256withRSA", provider, null), rsa.getPrivate(), text);
                    byte[] other = sign(signature("SHA256withECDSA", provider, null), ec.getPrivate(), text);
                    KeyPair one = KeyPairGenerator.getInstance("XDH", provider).generateKeyPair();
                    KeyPair two = KeyPairGenerator.getInstance("XDH", provider).generateKeyPair();
                    if (!verify(signature("SHA256withRSA", provider, null), rsa.getPublic(), text, signed)
                            || !verify(signature("SHA256withECDSA", provider, null), ec.getPublic(), text, other)
                            || !Arrays.equals(
                                    agree(provider, one.getPrivate(), two.getPublic()),
                                    agree(provider, two.getPrivate(), one.getPublic()))) {
                        return false;
                    }
                }
                return true;
            };
            for (int i = 0; i < 4; i++) {
                results.add(threads.submit(work));
            }
            for (Future<Boolean> result : results) {
                assertThat(result.get()).isTrue();
            }
        }
    }

    /** In place, it takes what it does, and leaves to the JDK what it does not. */
    @Test
    void theJdkGoesOnWithWhatIsNotDoneHere() throws Exception {
        assertThat(new OpenSslCryptography().install()).startsWith("OpenSSL 3.");
        try {
            assertThat(new OpenSslCryptography().install()).startsWith("OpenSSL 3.");
            assertThat(Arrays.stream(Security.getProviders())
                            .filter(each -> each.getName().equals(OpenSslProvider.NAME)))
                    .hasSize(1);
            Signature taken = Signature.getInstance("SHA256withRSA");
            taken.initSign(pair("2048").getPrivate());
            assertThat(taken.getProvider().getName()).isEqualTo(OpenSslProvider.NAME);

            Signature ed25519 = Signature.getInstance("Ed25519");
            KeyPair edwards = KeyPairGenerator.getInstance("Ed25519").generateKeyPair();
            assertThat(verify(
                            ed25519,
                            edwards.getPublic(),
                            new byte[9],
                            sign(ed25519, edwards.getPrivate(), new byte[9])))
                    .isTrue();

            KeyPairGenerator x448 = KeyPairGenerator.getInstance("XDH");
            x448.initialize(NamedParameterSpec.X448);
            KeyPair one = x448.generateKeyPair();
            KeyPair two = x448.generateKeyPair();
            KeyAgreement agreement = KeyAgreement.getInstance("XDH");
            agreement.init(one.getPrivate());
            agreement.doPhase(two.getPublic(), true);
            assertThat(agreement.generateSecret()).hasSize(56);
        } finally {
            Security.removeProvider(OpenSslProvider.NAME);
        }
    }
}
