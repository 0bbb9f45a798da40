package dev.cinnabar.openssl;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.SymbolLookup;
import java.lang.invoke.MethodHandle;
import java.util.List;

/**
 * The functions of libcrypto that are used here, as method handles. {@link #check} comes first: without the library this class
 * cannot be initialized. Thread-safe.
 */
final class LibCrypto {

    /** OpenSSL 3's names: no other version has these. */
    private static final List<String> NAMES = List.of("libcrypto.so.3", "libcrypto.3.dylib");

    private static final SymbolLookup LIBRARY = open();

    /** {@code int type} of EVP_PKEY_new_raw_private_key and its like. */
    static final int X25519 = 1034;

    static final int RSA_PKCS1_PSS_PADDING = 6;

    static final MethodHandle VERSION_MAJOR = function("OPENSSL_version_major", JAVA_INT);
    static final MethodHandle VERSION_MINOR = function("OPENSSL_version_minor", JAVA_INT);
    static final MethodHandle VERSION_PATCH = function("OPENSSL_version_patch", JAVA_INT);
    static final MethodHandle ERR_CLEAR_ERROR = procedure("ERR_clear_error");

    static final MethodHandle D2I_PRIVATE_KEY = function("d2i_AutoPrivateKey", ADDRESS, ADDRESS, ADDRESS, JAVA_LONG);
    static final MethodHandle D2I_PUBLIC_KEY = function("d2i_PUBKEY", ADDRESS, ADDRESS, ADDRESS, JAVA_LONG);
    static final MethodHandle RAW_PRIVATE_KEY =
            function("EVP_PKEY_new_raw_private_key", ADDRESS, JAVA_INT, ADDRESS, ADDRESS, JAVA_LONG);
    static final MethodHandle RAW_PUBLIC_KEY =
            function("EVP_PKEY_new_raw_public_key", ADDRESS, JAVA_INT, ADDRESS, ADDRESS, JAVA_LONG);
    static final MethodHandle GET_RAW_PUBLIC_KEY =
            function("EVP_PKEY_get_raw_public_key", JAVA_INT, ADDRESS, ADDRESS, ADDRESS);
    static final MethodHandle KEY_FREE = procedure("EVP_PKEY_free", ADDRESS);
    static final MethodHandle KEY_SIZE = function("EVP_PKEY_get_size", JAVA_INT, ADDRESS);

    static final MethodHandle KEY_CONTEXT_NEW = function("EVP_PKEY_CTX_new", ADDRESS, ADDRESS, ADDRESS);
    static final MethodHandle KEY_CONTEXT_FREE = procedure("EVP_PKEY_CTX_free", ADDRESS);
    static final MethodHandle DERIVE_INIT = function("EVP_PKEY_derive_init", JAVA_INT, ADDRESS);
    static final MethodHandle DERIVE_SET_PEER = function("EVP_PKEY_derive_set_peer", JAVA_INT, ADDRESS, ADDRESS);
    static final MethodHandle DERIVE = function("EVP_PKEY_derive", JAVA_INT, ADDRESS, ADDRESS, ADDRESS);

    static final MethodHandle DIGEST_CONTEXT_NEW = function("EVP_MD_CTX_new", ADDRESS);
    static final MethodHandle DIGEST_CONTEXT_FREE = procedure("EVP_MD_CTX_free", ADDRESS);
    static final MethodHandle SIGN_INIT =
            function("EVP_DigestSignInit_ex", JAVA_INT, ADDRESS, ADDRESS, ADDRESS, ADDRESS, ADDRESS, ADDRESS, ADDRESS);
    static final MethodHandle SIGN =
            function("EVP_DigestSign", JAVA_INT, ADDRESS, ADDRESS, ADDRESS, ADDRESS, JAVA_LONG);
    static final MethodHandle VERIFY_INIT = function(
            "EVP_DigestVerifyInit_ex", JAVA_INT, ADDRESS, ADDRESS, ADDRESS, ADDRESS, ADDRESS, ADDRESS, ADDRESS);
    static final MethodHandle VERIFY =
            function("EVP_DigestVerify", JAVA_INT, ADDRESS, ADDRESS, JAVA_LONG, ADDRESS, JAVA_LONG);
    static final MethodHandle SET_RSA_PADDING = function("EVP_PKEY_CTX_set_rsa_padding", JAVA_INT, ADDRESS, JAVA_INT);
    static final MethodHandle SET_PSS_SALT_BYTES =
            function("EVP_PKEY_CTX_set_rsa_pss_saltlen", JAVA_INT, ADDRESS, JAVA_INT);

    private LibCrypto() {}

    /**
     * Makes sure that the library is there.
     *
     * @throws IOException with a text for the log, if it is not
     */
    static void check() throws IOException {
        try {
            if (LIBRARY.find("EVP_DigestSignInit_ex").isEmpty()) {
                throw new IOException("libcrypto lacks functions of OpenSSL 3");
            }
        } catch (ExceptionInInitializerError | NoClassDefFoundError e) {
            throw new IOException("libcrypto of OpenSSL 3 was not found", e);
        }
    }

    @SuppressWarnings("restricted")
    private static SymbolLookup open() {
        IllegalArgumentException failure = new IllegalArgumentException("no name to look for");
        for (String name : NAMES) {
            try {
                return SymbolLookup.libraryLookup(name, Arena.global());
            } catch (IllegalArgumentException e) {
                failure = e;
            }
        }
        throw failure;
    }

    private static MethodHandle function(String name, MemoryLayout result, MemoryLayout... arguments) {
        return handle(name, FunctionDescriptor.of(result, arguments));
    }

    private static MethodHandle procedure(String name, MemoryLayout... arguments) {
        return handle(name, FunctionDescriptor.ofVoid(arguments));
    }

    @SuppressWarnings("restricted")
    private static MethodHandle handle(String name, FunctionDescriptor type) {
        return Linker.nativeLinker().downcallHandle(LIBRARY.findOrThrow(name), type);
    }

    /** A call of one of the handles that has a result. */
    @FunctionalInterface
    interface Function<T> {
        T call() throws Throwable;
    }

    /** A call of one of the handles that has none. */
    @FunctionalInterface
    interface Procedure {
        void call() throws Throwable;
    }

    /** Calls; what a handle itself throws can only be a mistake of this package's. */
    static <T> T of(Function<T> function) {
        try {
            return function.call();
        } catch (RuntimeException | Error e) {
            throw e;
        } catch (Throwable e) {
            throw new IllegalStateException(e);
        }
    }

    static void run(Procedure procedure) {
        of(() -> {
            procedure.call();
            return true;
        });
    }

    /** Whether a function says that it has done its work. Reasons of failures are not kept: the next caller is not to see them. */
    static boolean succeeds(Function<Integer> function) {
        if (of(function) == 1) {
            return true;
        }
        run(() -> {
            ERR_CLEAR_ERROR.invokeExact();
        });
        return false;
    }

    /** What the library calls itself: "OpenSSL 3.0.19". */
    static String version() {
        int major = of(() -> (int) VERSION_MAJOR.invokeExact());
        int minor = of(() -> (int) VERSION_MINOR.invokeExact());
        int patch = of(() -> (int) VERSION_PATCH.invokeExact());
        return "OpenSSL " + major + "." + minor + "." + patch;
    }
}
