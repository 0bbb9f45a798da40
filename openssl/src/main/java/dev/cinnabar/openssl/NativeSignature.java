package dev.cinnabar.openssl;

import java.security.AlgorithmParameters;
import java.security.InvalidAlgorithmParameterException;
import java.security.InvalidKeyException;
import java.security.InvalidParameterException;
import java.security.Key;
import java.security.NoSuchAlgorithmException;
import java.security.PrivateKey;
import java.security.ProviderException;
import java.security.PublicKey;
import java.security.SignatureException;
import java.security.SignatureSpi;
import java.security.spec.AlgorithmParameterSpec;
import java.security.spec.InvalidParameterSpecException;
import java.security.spec.MGF1ParameterSpec;
import java.security.spec.PSSParameterSpec;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** A signature of libcrypto's: the text is kept until it is signed or verified. Not thread-safe, as the JDK says of its own. */
final class NativeSignature extends SignatureSpi {

    /** How the hash is made into a number, which is a matter of the key, too. */
    enum Form {
        PKCS1("RSA"),
        PSS("RSA"),
        ECDSA("EC");

        private final String keyAlgorithm;

        Form(String keyAlgorithm) {
            this.keyAlgorithm = keyAlgorithm;
        }

        /** Whether it is for keys like this one. */
        boolean takes(Key key) {
            return key.getAlgorithm().equals(keyAlgorithm) && key.getEncoded() != null;
        }
    }

    /** A key, and what libcrypto has made of it. */
    private record Loaded(Key key, NativeKey loaded) {}

    /** The last key that has signed: a server has one. */
    private static volatile @Nullable Loaded signer;

    private final Form form;
    private NativeKey.@Nullable Scheme scheme;
    private @Nullable PSSParameterSpec pss;
    private @Nullable NativeKey key;
    private byte[] text = new byte[256];
    private int length;

    /** @param digest as libcrypto calls it; null for RSASSA-PSS, where a parameter says it */
    NativeSignature(Form form, @Nullable String digest) {
        this.form = form;
        this.scheme = digest == null ? null : new NativeKey.Scheme(digest, NativeKey.Scheme.NO_PSS);
    }

    @Override
    protected void engineInitSign(PrivateKey privateKey) throws InvalidKeyException {
        checkForm(privateKey);
        Loaded last = signer;
        if (last == null || !last.key.equals(privateKey)) {
            last = new Loaded(privateKey, NativeKey.ofPrivate(privateKey.getEncoded()));
            signer = last;
        }
        key = last.loaded;
        length = 0;
    }

    @Override
    protected void engineInitVerify(PublicKey publicKey) throws InvalidKeyException {
        checkForm(publicKey);
        key = NativeKey.ofPublic(publicKey.getEncoded());
        length = 0;
    }

    private void checkForm(@Nullable Key given) throws InvalidKeyException {
        if (given == null || !form.takes(given)) {
            throw new InvalidKeyException("not a key for " + form);
        }
    }

    @Override
    protected void engineUpdate(byte b) {
        engineUpdate(new byte[] {b}, 0, 1);
    }

    @Override
    protected void engineUpdate(byte[] bytes, int offset, int count) {
        if (count > text.length - length) {
            text = Arrays.copyOf(text, Math.max(Math.addExact(length, count), 2 * text.length));
        }
        System.arraycopy(bytes, offset, text, length, count);
        length += count;
    }

    @Override
    protected byte[] engineSign() throws SignatureException {
        try {
            return key().sign(scheme(), text, length);
        } finally {
            length = 0;
        }
    }

    @Override
    protected boolean engineVerify(byte[] signature) throws SignatureException {
        try {
            return key().verify(scheme(), text, length, signature);
        } finally {
            length = 0;
        }
    }

    private NativeKey key() throws SignatureException {
        if (key == null) {
            throw new SignatureException("there is no key yet");
        }
        return key;
    }

    private NativeKey.Scheme scheme() throws SignatureException {
        if (scheme == null) {
            throw new SignatureException("RSASSA-PSS needs parameters");
        }
        return scheme;
    }

    @Override
    protected void engineSetParameter(AlgorithmParameterSpec parameters) throws InvalidAlgorithmParameterException {
        if (form != Form.PSS) {
            throw new InvalidAlgorithmParameterException("there are no parameters");
        }
        if (!(parameters instanceof PSSParameterSpec given)
                || !(given.getMGFParameters() instanceof MGF1ParameterSpec mask)
                || !mask.getDigestAlgorithm().equalsIgnoreCase(given.getDigestAlgorithm())
                || given.getTrailerField() != PSSParameterSpec.TRAILER_FIELD_BC) {
            throw new InvalidAlgorithmParameterException("only MGF1 with the digest of the text");
        }
        scheme = new NativeKey.Scheme(given.getDigestAlgorithm(), given.getSaltLength());
        pss = given;
    }

    @Override
    protected @Nullable AlgorithmParameters engineGetParameters() {
        if (pss == null) {
            return null;
        }
        try {
            AlgorithmParameters parameters = AlgorithmParameters.getInstance("RSASSA-PSS");
            parameters.init(pss);
            return parameters;
        } catch (NoSuchAlgorithmException | InvalidParameterSpecException e) {
            throw new ProviderException(e);
        }
    }

    @Override
    @Deprecated
    protected void engineSetParameter(String name, Object value) {
        throw new InvalidParameterException(name);
    }

    @Override
    @Deprecated
    protected Object engineGetParameter(String name) {
        throw new InvalidParameterException(name);
    }
}
