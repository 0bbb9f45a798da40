package dev.cinnabar.tls;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.security.AlgorithmParameters;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.MessageDigest;
import java.security.PrivateKey;
import java.security.spec.InvalidKeySpecException;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import javax.crypto.Cipher;
import javax.crypto.EncryptedPrivateKeyInfo;
import javax.crypto.SecretKey;
import javax.crypto.SecretKeyFactory;
import javax.crypto.spec.IvParameterSpec;
import javax.crypto.spec.PBEKeySpec;
import javax.crypto.spec.SecretKeySpec;

/**
 * Private keys out of PEM blocks: PKCS #8, plain or encrypted, and the older forms of RSA (PKCS #1) and EC (SEC 1) keys,
 * which are PKCS #8 without its envelope and here get one. Stateless.
 */
final class PrivateKeys {

    private static final String ENCRYPTED = "ENCRYPTED PRIVATE KEY";
    private static final String PKCS8 = "PRIVATE KEY";
    private static final String PKCS1 = "RSA PRIVATE KEY";
    private static final String SEC1 = "EC PRIVATE KEY";

    /** Which keys servers have; asked one after the other, as an envelope may name any. */
    private static final List<String> ALGORITHMS = List.of("RSA", "EC", "EdDSA", "RSASSA-PSS");

    // AlgorithmIdentifiers: rsaEncryption with NULL, and the object identifier of ecPublicKey.
    private static final byte[] RSA = HexFormat.of().parseHex("300d06092a864886f70d0101010500");
    private static final byte[] EC_PUBLIC_KEY = HexFormat.of().parseHex("06072a8648ce3d0201");
    private static final byte[] VERSION_0 = {Der.INTEGER, 1, 0};

    private PrivateKeys() {}

    /**
     * The first key among the blocks.
     *
     * @param pass empty if there is none
     * @throws IOException with a text for the log, if there is none or it cannot be read
     */
    static PrivateKey find(List<Pem.Block> blocks, String pass) throws IOException {
        for (Pem.Block block : blocks) {
            switch (block.label()) {
                case PKCS8 -> {
                    return decode(block.der());
                }
                case ENCRYPTED -> {
                    return decode(decryptEnvelope(block.der(), needed(pass)));
                }
                case PKCS1 -> {
                    return decode(envelope(RSA, contents(block, pass)));
                }
                case SEC1 -> {
                    byte[] key = contents(block, pass);
                    return decode(envelope(Der.element(Der.SEQUENCE, EC_PUBLIC_KEY, curve(key)), key));
                }
                default -> {}
            }
        }
        throw new IOException("no private key in it that is known here (PKCS #8, RSA, EC)");
    }

    private static String needed(String pass) throws IOException {
        if (pass.isEmpty()) {
            throw new IOException("it is encrypted, and no pass phrase is configured");
        }
        return pass;
    }

    private static PrivateKey decode(byte[] pkcs8) throws IOException {
        InvalidKeySpecException failure = null;
        for (String algorithm : ALGORITHMS) {
            try {
                return KeyFactory.getInstance(algorithm).generatePrivate(new PKCS8EncodedKeySpec(pkcs8));
            } catch (InvalidKeySpecException e) {
                failure = e;
            } catch (GeneralSecurityException e) {
                throw new IOException(e.getMessage(), e);
            }
        }
        throw new IOException("not a key of RSA, EC or EdDSA", failure);
    }

    private static byte[] envelope(byte[] algorithm, byte[] key) {
        return Der.element(Der.SEQUENCE, VERSION_0, algorithm, Der.element(Der.OCTETS, key));
    }

    /** The name of the curve of a SEC 1 key, as an element. */
    private static byte[] curve(byte[] key) throws IOException {
        Der fields = new Der(key).next(Der.SEQUENCE);
        fields.next(Der.INTEGER);
        fields.next(Der.OCTETS);
        if (fields.tag() != Der.CONTEXT_0) {
            throw new IOException("an EC key that does not name its curve");
        }
        return fields.next(Der.CONTEXT_0).rest();
    }

    // Encrypted keys.

    private static byte[] decryptEnvelope(byte[] der, String pass) throws IOException {
        EncryptedPrivateKeyInfo info;
        try {
            info = new EncryptedPrivateKeyInfo(der);
        } catch (IOException e) {
            throw new IOException("it is encrypted in a way that is not known here: " + e.getMessage(), e);
        }
        PBEKeySpec spec = new PBEKeySpec(pass.toCharArray());
        try {
            AlgorithmParameters parameters = info.getAlgParameters();
            // PBES2 is any scheme: the parameters name it.
            String scheme = info.getAlgName();
            if (scheme.equals("PBES2") && parameters != null) {
                scheme = parameters.toString();
            }
            SecretKey key = SecretKeyFactory.getInstance(scheme).generateSecret(spec);
            Cipher cipher = Cipher.getInstance(scheme);
            cipher.init(Cipher.DECRYPT_MODE, key, parameters);
            return info.getKeySpec(cipher).getEncoded();
        } catch (GeneralSecurityException e) {
            throw new IOException("it cannot be decrypted, is the pass phrase right? " + e.getMessage(), e);
        } finally {
            spec.clearPassword();
        }
    }

    /** The bytes of an older form, decrypted as OpenSSL encrypts those: by the headers of the block. */
    private static byte[] contents(Pem.Block block, String pass) throws IOException {
        String info = block.headers().get("DEK-Info");
        if (info == null) {
            return block.der();
        }
        byte[] secret = needed(pass).getBytes(UTF_8);
        try {
            int comma = info.indexOf(',');
            String cipherName = info.substring(0, Math.max(0, comma));
            byte[] iv = HexFormat.of().parseHex(info.substring(comma + 1).strip());
            boolean aes = cipherName.startsWith("AES-");
            int keyBytes = switch (cipherName) {
                case "AES-128-CBC" -> 16;
                case "AES-192-CBC", "DES-EDE3-CBC" -> 24;
                case "AES-256-CBC" -> 32;
                default -> throw new IOException("encrypted with " + cipherName + ", which is not known here");
            };
            Cipher cipher = Cipher.getInstance(aes ? "AES/CBC/PKCS5Padding" : "DESede/CBC/PKCS5Padding");
            byte[] key = derive(secret, Arrays.copyOf(iv, 8), keyBytes);
            cipher.init(Cipher.DECRYPT_MODE, new SecretKeySpec(key, aes ? "AES" : "DESede"), new IvParameterSpec(iv));
            return cipher.doFinal(block.der());
        } catch (GeneralSecurityException | IllegalArgumentException e) {
            throw new IOException("it cannot be decrypted, is the pass phrase right?", e);
        } finally {
            Arrays.fill(secret, (byte) 0);
        }
    }

    /** MD5 over what came before, the pass phrase and the salt, until there are enough bytes: how these files are made. */
    private static byte[] derive(byte[] secret, byte[] salt, int keyBytes) throws GeneralSecurityException {
        MessageDigest md5 = MessageDigest.getInstance("MD5");
        byte[] key = new byte[keyBytes];
        byte[] block = {};
        for (int at = 0; at < keyBytes; at += block.length) {
            md5.update(block);
            md5.update(secret);
            block = md5.digest(salt);
            System.arraycopy(block, 0, key, at, Math.min(block.length, keyBytes - at));
        }
        return key;
    }
}
