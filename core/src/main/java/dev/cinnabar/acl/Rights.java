package dev.cinnabar.acl;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import dev.cinnabar.text.ArgumentSplitter;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;

/**
 * What a user is and may do: whether he can log in, with which passwords, and the selectors, any of which is enough. Changed
 * by the thread that makes it, until it is published by a {@link User}; immutable from then on.
 */
public final class Rights {

    private static final int HASH_LENGTH = 64;

    private boolean on;
    private boolean noPassword;
    private boolean sanitizesPayload = true;

    /** SHA-256 of the passwords, in hexadecimal digits. */
    private final List<String> passwords;

    private final List<Selector> selectors;

    /** Those of a new user: none. */
    Rights(boolean allChannels) {
        passwords = new ArrayList<>(1);
        selectors = new ArrayList<>(1);
        selectors.add(new Selector(allChannels));
    }

    /** A copy, to be changed. */
    Rights(Rights other) {
        on = other.on;
        noPassword = other.noPassword;
        sanitizesPayload = other.sanitizesPayload;
        passwords = new ArrayList<>(other.passwords);
        selectors = new ArrayList<>(other.selectors.stream().map(Selector::new).toList());
    }

    /** All of them, without a password: what the default user has at first. */
    static Rights unlimited(int commands) {
        Rights rights = new Rights(true);
        rights.on = true;
        rights.noPassword = true;
        rights.selectors.getFirst().allowAll(commands);
        return rights;
    }

    /** Whether the user can log in. */
    public boolean isOn() {
        return on;
    }

    /** Whether any password will do. */
    public boolean needsNoPassword() {
        return noPassword;
    }

    /** Whether nothing is denied: the one test that most commands need. */
    boolean areUnlimited() {
        return selectors.getFirst().allowsAll();
    }

    /** Any of them is enough; the first is that of the rules outside of parentheses. */
    public List<Selector> selectors() {
        return selectors;
    }

    /** The flags, as ACL GETUSER lists them. */
    public List<String> flags() {
        List<String> flags = new ArrayList<>(3);
        flags.add(on ? "on" : "off");
        if (noPassword) {
            flags.add("nopass");
        }
        flags.add(sanitizesPayload ? "sanitize-payload" : "skip-sanitize-payload");
        return flags;
    }

    /** SHA-256 of the passwords, in hexadecimal digits. */
    public List<String> passwordHashes() {
        return passwords;
    }

    /** Whether this is one of the passwords. The time it takes tells nothing about them but their number. */
    boolean accept(byte[] password) {
        byte[] given = hash(password).getBytes(ISO_8859_1);
        boolean found = false;
        for (String hash : passwords) {
            found |= MessageDigest.isEqual(given, hash.getBytes(ISO_8859_1));
        }
        return on && (noPassword || found);
    }

    static String hash(byte[] password) {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(password));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }

    /**
     * Changes the rights by one rule.
     *
     * @param allChannels what {@code acl-pubsub-default} says of selectors to come
     */
    void apply(String rule, Catalogue catalogue, boolean allChannels) throws AclException {
        switch (rule.toLowerCase(Locale.ROOT)) {
            case "" -> {}
            case "on" -> on = true;
            case "off" -> on = false;
            case "nopass" -> {
                noPassword = true;
                passwords.clear();
            }
            case "resetpass" -> {
                noPassword = false;
                passwords.clear();
            }
            case "sanitize-payload" -> sanitizesPayload = true;
            case "skip-sanitize-payload" -> sanitizesPayload = false;
            case "clearselectors" -> selectors.subList(1, selectors.size()).clear();
            case "reset" -> {
                on = false;
                noPassword = false;
                sanitizesPayload = true;
                passwords.clear();
                selectors.clear();
                selectors.add(new Selector(allChannels));
            }
            default -> applyOther(rule, catalogue, allChannels);
        }
    }

    private void applyOther(String rule, Catalogue catalogue, boolean allChannels) throws AclException {
        switch (rule.charAt(0)) {
            case '>' -> addPassword(hash(rule.substring(1).getBytes(ISO_8859_1)));
            case '#' -> addPassword(checkedHash(rule.substring(1)));
            case '<' -> removePassword(hash(rule.substring(1).getBytes(ISO_8859_1)));
            case '!' -> removePassword(checkedHash(rule.substring(1)));
            default -> {
                if (rule.startsWith("(") && rule.endsWith(")")) {
                    addSelector(rule.substring(1, rule.length() - 1), catalogue, allChannels);
                } else {
                    selectors.getFirst().apply(rule, catalogue);
                }
            }
        }
    }

    private void addPassword(String hash) {
        noPassword = false;
        if (!passwords.contains(hash)) {
            passwords.add(hash);
        }
    }

    private void removePassword(String hash) throws AclException {
        if (!passwords.remove(hash)) {
            throw new AclException(AclException.NO_SUCH_PASSWORD);
        }
    }

    private static String checkedHash(String text) throws AclException {
        if (text.length() != HASH_LENGTH || !text.chars().allMatch(c -> c >= '0' && c <= '9' || c >= 'a' && c <= 'f')) {
            throw new AclException(AclException.BAD_HASH);
        }
        return text;
    }

    private void addSelector(String rules, Catalogue catalogue, boolean allChannels) throws AclException {
        List<byte[]> words = ArgumentSplitter.split(rules.getBytes(ISO_8859_1));
        if (words == null) {
            throw new AclException(AclException.SYNTAX);
        }
        Selector selector = new Selector(allChannels);
        for (byte[] word : words) {
            selector.apply(new String(word, ISO_8859_1), catalogue);
        }
        selectors.add(selector);
    }

    /** All rules, as ACL LIST shows them: those that make a new user what this one is. */
    String describe() {
        List<String> parts = new ArrayList<>(flags());
        passwords.forEach(hash -> parts.add("#" + hash));
        parts.add(selectors.getFirst().describe());
        selectors.stream().skip(1).forEach(selector -> parts.add("(" + selector.describe() + ")"));
        return String.join(" ", parts);
    }
}
