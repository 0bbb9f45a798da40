package dev.cinnabar.openssl;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.lang.ref.Cleaner;
import java.lang.ref.Reference;
import java.security.InvalidKeyException;
import java.security.SignatureException;

/**
 * A key as libcrypto has it, and what is done with it. Thread-safe, but for {@link #close}; it is freed by that, or once nobody can
 * reach it. Copies of secrets in native memory are cleared.
 */
final class NativeKey implements AutoCloseable {

    /** Of X25519: of each key, and of what two agree on. */
    static final int X25519_BYTES = 32;

    /** How text is hashed and a hash is padded: {@code saltBytes} for RSASSA-PSS, and {@link #NO_PSS} for all else. */
    record Scheme(String digest, int saltBytes) {
        static final int NO_PSS = -1;
    }

    private static final Cleaner CLEANER = Cleaner.create();

    private final MemorySegment key;
    private final Cleaner.Cleanable memory;

    private NativeKey(MemorySegment key) throws InvalidKeyException {
        if (key.equals(MemorySegment.NULL)) {
            LibCrypto.run(() -> {
                LibCrypto.ERR_CLEAR_ERROR.invokeExact();
            });
            throw new InvalidKeyException("libcrypto does not take the key");
        }
        this.key = key;
        this.memory = CLEANER.register(
                this,
                () -> LibCrypto.run(() -> {
                    LibCrypto.KEY_FREE.invokeExact(key);
                }));
    }

    /** Takes a key in the form of PKCS #8. */
    static NativeKey ofPrivate(byte[] der) throws InvalidKeyException {
        return decode(LibCrypto.D2I_PRIVATE_KEY, der);
    }

    /** Takes a key as it stands in a certificate. */
    static NativeKey ofPublic(byte[] der) throws InvalidKeyException {
        return decode(LibCrypto.D2I_PUBLIC_KEY, der);
    }

    private static NativeKey decode(MethodHandle function, byte[] der) throws InvalidKeyException {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment bytes = arena.allocateFrom(JAVA_BYTE, der);
            MemorySegment at = arena.allocateFrom(ADDRESS, bytes);
            try {
                return new NativeKey(LibCrypto.of(
                        () -> (MemorySegment) function.invokeExact(MemorySegment.NULL, at, (long) der.length)));
            } finally {
                bytes.fill((byte) 0);
            }
        }
    }

    /** Takes a secret of X25519, {@value #X25519_BYTES} bytes. */
    static NativeKey ofX25519Private(byte[] secret) throws InvalidKeyException {
        return raw(LibCrypto.RAW_PRIVATE_KEY, secret);
    }

    /** Takes a public key of X25519, {@value #X25519_BYTES} bytes, the lowest first. */
    static NativeKey ofX25519Public(byte[] bytes) throws InvalidKeyException {
        return raw(LibCrypto.RAW_PUBLIC_KEY, bytes);
    }

    private static NativeKey raw(MethodHandle function, byte[] raw) throws InvalidKeyException {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment bytes = arena.allocateFrom(JAVA_BYTE, raw);
            try {
                return new NativeKey(LibCrypto.of(() -> (MemorySegment)
                        function.invokeExact(LibCrypto.X25519, MemorySegment.NULL, bytes, (long) raw.length)));
            } finally {
                bytes.fill((byte) 0);
            }
        }
    }

    /** The public key that belongs to this key of X25519. */
    byte[] x25519Public() throws InvalidKeyException {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment bytes = arena.allocate(X25519_BYTES);
            MemorySegment length = arena.allocateFrom(JAVA_LONG, X25519_BYTES);
            if (!LibCrypto.succeeds(() -> (int) LibCrypto.GET_RAW_PUBLIC_KEY.invokeExact(key, bytes, length))) {
                throw new InvalidKeyException("the key has no public part");
            }
            return bytes.toArray(JAVA_BYTE);
        } finally {
            Reference.reachabilityFence(this);
        }
    }

    /**
     * What this key of X25519 and another's public one agree on.
     *
     * @throws InvalidKeyException if that would be nothing but zeros: the other's key is of small order
     */
    byte[] agree(NativeKey other) throws InvalidKeyException {
        MemorySegment context =
                LibCrypto.of(() -> (MemorySegment) LibCrypto.KEY_CONTEXT_NEW.invokeExact(key, MemorySegment.NULL));
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment bytes = arena.allocate(X25519_BYTES);
            MemorySegment length = arena.allocateFrom(JAVA_LONG, X25519_BYTES);
            if (!LibCrypto.succeeds(() -> (int) LibCrypto.DERIVE_INIT.invokeExact(context))
                    || !LibCrypto.succeeds(() -> (int) LibCrypto.DERIVE_SET_PEER.invokeExact(context, other.key))
                    || !LibCrypto.succeeds(() -> (int) LibCrypto.DERIVE.invokeExact(context, bytes, length))) {
                throw new InvalidKeyException("nothing can be agreed on with this key");
            }
            byte[] secret = bytes.toArray(JAVA_BYTE);
            bytes.fill((byte) 0);
            return secret;
        } finally {
            LibCrypto.run(() -> {
                LibCrypto.KEY_CONTEXT_FREE.invokeExact(context);
            });
            Reference.reachabilityFence(this);
            Reference.reachabilityFence(other);
        }
    }

    /** Signs the first bytes of a text. */
    byte[] sign(Scheme scheme, byte[] text, int length) throws SignatureException {
        return digest(LibCrypto.SIGN_INIT, scheme, (context, arena) -> {
            int room = LibCrypto.of(() -> (int) LibCrypto.KEY_SIZE.invokeExact(key));
            MemorySegment signature = arena.allocate(room);
            MemorySegment used = arena.allocateFrom(JAVA_LONG, room);
            MemorySegment bytes = copy(arena, text, length);
            if (!LibCrypto.succeeds(
                    () -> (int) LibCrypto.SIGN.invokeExact(context, signature, used, bytes, (long) length))) {
                throw new SignatureException("the text could not be signed");
            }
            return signature.asSlice(0, used.get(JAVA_LONG, 0)).toArray(JAVA_BYTE);
        });
    }

    /** Whether a signature is that of the first bytes of a text. */
    boolean verify(Scheme scheme, byte[] text, int length, byte[] signature) throws SignatureException {
        return digest(LibCrypto.VERIFY_INIT, scheme, (context, arena) -> {
            MemorySegment given = arena.allocateFrom(JAVA_BYTE, signature);
            MemorySegment bytes = copy(arena, text, length);
            return LibCrypto.succeeds(() ->
                    (int) LibCrypto.VERIFY.invokeExact(context, given, (long) signature.length, bytes, (long) length));
        });
    }

    /** What is done with a context that has been set up. */
    private interface Step<T> {
        T take(MemorySegment context, Arena arena) throws SignatureException;
    }

    private <T> T digest(MethodHandle init, Scheme scheme, Step<T> step) throws SignatureException {
        MemorySegment context = LibCrypto.of(() -> (MemorySegment) LibCrypto.DIGEST_CONTEXT_NEW.invokeExact());
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment keyContext = arena.allocate(ADDRESS);
            MemorySegment digest = arena.allocateFrom(scheme.digest());
            MemorySegment none = MemorySegment.NULL;
            if (!LibCrypto.succeeds(() -> (int) init.invokeExact(context, keyContext, digest, none, none, key, none))) {
                throw new SignatureException("the key does not sign with " + scheme.digest());
            }
            if (scheme.saltBytes() != Scheme.NO_PSS) {
                MemorySegment padded = keyContext.get(ADDRESS, 0);
                int padding = LibCrypto.RSA_PKCS1_PSS_PADDING;
                int salt = scheme.saltBytes();
                if (!LibCrypto.succeeds(() -> (int) LibCrypto.SET_RSA_PADDING.invokeExact(padded, padding))
                        || !LibCrypto.succeeds(() -> (int) LibCrypto.SET_PSS_SALT_BYTES.invokeExact(padded, salt))) {
                    throw new SignatureException("the key does not sign with RSASSA-PSS");
                }
            }
            return step.take(context, arena);
        } finally {
            LibCrypto.run(() -> {
                LibCrypto.DIGEST_CONTEXT_FREE.invokeExact(context);
            });
            Reference.reachabilityFence(this);
        }
    }

    private static MemorySegment copy(Arena arena, byte[] text, int length) {
        MemorySegment copy = arena.allocate(length);
        MemorySegment.copy(text, 0, copy, JAVA_BYTE, 0, length);
        return copy;
    }

    @Override
    public void close() {
        memory.clean();
    }
}
