package dev.cinnabar.tls;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_16BE;
import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.security.cert.X509Certificate;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** Names in certificates. Stateless. */
public final class CertificateNames {

    private static final byte[] COMMON_NAME = {0x55, 0x04, 0x03};
    private static final int UTF8_STRING = 0x0c;
    private static final int BMP_STRING = 0x1e;

    private CertificateNames() {}

    /**
     * The first common name of the subject, as bytes of UTF-8; null if there is none. All of it: a zero does not end it, and belongs to
     * nobody's name.
     */
    public static byte @Nullable [] commonName(X509Certificate certificate) {
        try {
            Der names = new Der(certificate.getSubjectX500Principal().getEncoded()).next(Der.SEQUENCE);
            while (names.hasMore()) {
                Der name = names.next(Der.SET);
                while (name.hasMore()) {
                    Der typeAndValue = name.next(Der.SEQUENCE);
                    byte[] type = typeAndValue.next(Der.OBJECT_IDENTIFIER).rest();
                    if (Arrays.equals(type, COMMON_NAME)) {
                        return text(typeAndValue);
                    }
                }
            }
            return null;
        } catch (IOException e) {
            // The JDK has read the certificate, so its name is one; what is not is nobody's name.
            return null;
        }
    }

    private static byte @Nullable [] text(Der value) throws IOException {
        int tag = value.tag();
        byte[] bytes = value.next(tag).rest();
        byte[] text = tag == UTF8_STRING
                ? bytes
                : new String(bytes, tag == BMP_STRING ? UTF_16BE : ISO_8859_1).getBytes(UTF_8);
        return text.length == 0 ? null : text;
    }
}
