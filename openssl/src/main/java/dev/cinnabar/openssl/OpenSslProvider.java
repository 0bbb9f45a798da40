package dev.cinnabar.openssl;

import java.security.Key;
import java.security.Provider;
import java.util.List;
import java.util.function.Predicate;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** What is done here in place of the JDK's own: for other algorithms, keys and parameters it says no, and the JDK goes on to the next. */
final class OpenSslProvider extends Provider {

    static final String NAME = "CinnabarOpenSSL";

    private static final long serialVersionUID = 1L;

    OpenSslProvider() {
        super(NAME, "1", "Signatures and X25519 by " + LibCrypto.version());
        for (String digest : List.of("SHA256", "SHA384", "SHA512")) {
            signature(digest + "withRSA", NativeSignature.Form.PKCS1, digest);
            signature(digest + "withECDSA", NativeSignature.Form.ECDSA, digest);
        }
        signature("RSASSA-PSS", NativeSignature.Form.PSS, null);
        for (String name : List.of("X25519", "XDH")) {
            add("KeyPairGenerator", name, X25519.PairGenerator::new, key -> true);
            add("KeyAgreement", name, X25519.Agreement::new, X25519::takes);
        }
    }

    private void signature(String name, NativeSignature.Form form, @Nullable String digest) {
        add("Signature", name, () -> new NativeSignature(form, digest), form::takes);
    }

    private void add(String type, String algorithm, Supplier<Object> maker, Predicate<Key> takes) {
        putService(new Made(this, type, algorithm, maker, takes));
    }

    /** A service that is made by a call, not by its class' name. */
    private static final class Made extends Service {

        private final Supplier<Object> maker;
        private final Predicate<Key> takes;

        Made(Provider provider, String type, String algorithm, Supplier<Object> maker, Predicate<Key> takes) {
            super(provider, type, algorithm, NativeSignature.class.getName(), null, null);
            this.maker = maker;
            this.takes = takes;
        }

        @Override
        public Object newInstance(@Nullable Object parameter) {
            return maker.get();
        }

        @Override
        public boolean supportsParameter(@Nullable Object parameter) {
            return parameter instanceof Key key && takes.test(key);
        }
    }
}
