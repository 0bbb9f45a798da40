package dev.cinnabar.openssl;

import java.math.BigInteger;
import java.security.GeneralSecurityException;
import java.security.InvalidAlgorithmParameterException;
import java.security.InvalidKeyException;
import java.security.InvalidParameterException;
import java.security.Key;
import java.security.KeyFactory;
import java.security.KeyPair;
import java.security.KeyPairGeneratorSpi;
import java.security.ProviderException;
import java.security.SecureRandom;
import java.security.interfaces.XECPrivateKey;
import java.security.interfaces.XECPublicKey;
import java.security.spec.AlgorithmParameterSpec;
import java.security.spec.NamedParameterSpec;
import java.security.spec.XECPrivateKeySpec;
import java.security.spec.XECPublicKeySpec;
import javax.crypto.KeyAgreementSpi;
import javax.crypto.SecretKey;
import javax.crypto.ShortBufferException;
import javax.crypto.spec.SecretKeySpec;
import org.jspecify.annotations.Nullable;

/** Keys of X25519 (RFC 7748) and what two of them agree on. The keys are the JDK's, so that all else can be done with them. */
final class X25519 {

    private static final int BITS = 255;

    private X25519() {}

    private static boolean isX25519(@Nullable AlgorithmParameterSpec parameters) {
        return parameters instanceof NamedParameterSpec named
                && named.getName().equalsIgnoreCase(NamedParameterSpec.X25519.getName());
    }

    /** Whether agreement is possible with this private key. */
    static boolean takes(Key key) {
        return key instanceof XECPrivateKey secret
                && isX25519(secret.getParams())
                && secret.getScalar().isPresent();
    }

    private static byte[] littleEndian(BigInteger number) throws InvalidKeyException {
        byte[] big = number.toByteArray();
        byte[] little = new byte[NativeKey.X25519_BYTES];
        if (number.signum() < 0 || number.bitLength() > BITS) {
            throw new InvalidKeyException("not a coordinate of the curve");
        }
        for (int i = 0; i < Math.min(big.length, little.length); i++) {
            little[i] = big[big.length - 1 - i];
        }
        return little;
    }

    private static BigInteger number(byte[] little) {
        byte[] big = new byte[little.length];
        for (int i = 0; i < big.length; i++) {
            big[i] = little[little.length - 1 - i];
        }
        return new BigInteger(1, big);
    }

    /** Makes pairs of keys. Not thread-safe. */
    static final class PairGenerator extends KeyPairGeneratorSpi {

        private SecureRandom random = new SecureRandom();

        @Override
        public void initialize(int bits, @Nullable SecureRandom source) {
            if (bits != BITS) {
                throw new InvalidParameterException("only " + BITS + " bits");
            }
            take(source);
        }

        @Override
        public void initialize(AlgorithmParameterSpec parameters, @Nullable SecureRandom source)
                throws InvalidAlgorithmParameterException {
            if (!isX25519(parameters)) {
                throw new InvalidAlgorithmParameterException("only X25519");
            }
            take(source);
        }

        private void take(@Nullable SecureRandom source) {
            if (source != null) {
                random = source;
            }
        }

        @Override
        public KeyPair generateKeyPair() {
            byte[] secret = new byte[NativeKey.X25519_BYTES];
            random.nextBytes(secret);
            try (NativeKey key = NativeKey.ofX25519Private(secret)) {
                KeyFactory keys = KeyFactory.getInstance("XDH");
                NamedParameterSpec curve = NamedParameterSpec.X25519;
                return new KeyPair(
                        keys.generatePublic(new XECPublicKeySpec(curve, number(key.x25519Public()))),
                        keys.generatePrivate(new XECPrivateKeySpec(curve, secret)));
            } catch (GeneralSecurityException e) {
                throw new ProviderException(e);
            }
        }
    }

    /** Agrees with one other. Not thread-safe. */
    static final class Agreement extends KeyAgreementSpi {

        private byte @Nullable [] own;
        private byte @Nullable [] agreed;

        @Override
        protected void engineInit(Key key, @Nullable SecureRandom random) throws InvalidKeyException {
            if (!(key instanceof XECPrivateKey secret) || !isX25519(secret.getParams())) {
                throw new InvalidKeyException("not a private key of X25519");
            }
            own = secret.getScalar().orElseThrow(() -> new InvalidKeyException("the key does not show its secret"));
            agreed = null;
        }

        @Override
        protected void engineInit(Key key, @Nullable AlgorithmParameterSpec parameters, @Nullable SecureRandom random)
                throws InvalidKeyException, InvalidAlgorithmParameterException {
            if (parameters != null && !isX25519(parameters)) {
                throw new InvalidAlgorithmParameterException("only X25519");
            }
            engineInit(key, random);
        }

        @Override
        protected @Nullable Key engineDoPhase(Key key, boolean last) throws InvalidKeyException {
            byte[] secret = own;
            if (secret == null || agreed != null) {
                throw new IllegalStateException("one phase, after a private key");
            }
            if (!last) {
                throw new IllegalStateException("there is only one phase");
            }
            if (!(key instanceof XECPublicKey other) || !isX25519(other.getParams())) {
                throw new InvalidKeyException("not a public key of X25519");
            }
            try (NativeKey mine = NativeKey.ofX25519Private(secret);
                    NativeKey theirs = NativeKey.ofX25519Public(littleEndian(other.getU()))) {
                agreed = mine.agree(theirs);
            }
            return null;
        }

        @Override
        protected byte[] engineGenerateSecret() {
            byte[] secret = agreed;
            if (secret == null) {
                throw new IllegalStateException("there is nothing agreed on yet");
            }
            agreed = null;
            return secret;
        }

        @Override
        protected int engineGenerateSecret(byte[] into, int offset) throws ShortBufferException {
            if (into.length - offset < NativeKey.X25519_BYTES) {
                throw new ShortBufferException("needs " + NativeKey.X25519_BYTES + " bytes");
            }
            System.arraycopy(engineGenerateSecret(), 0, into, offset, NativeKey.X25519_BYTES);
            return NativeKey.X25519_BYTES;
        }

        @Override
        protected SecretKey engineGenerateSecret(String algorithm) {
            return new SecretKeySpec(engineGenerateSecret(), algorithm);
        }
    }
}
