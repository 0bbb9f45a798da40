package dev.cinnabar.tls;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/**
 * Lists of ciphers in OpenSSL's words, {@code HIGH:!aNULL:ECDHE+AESGCM}, turned into the JDK's names. Stateless.
 *
 * <p>A list speaks about all suites for TLS 1.2 that the JDK has and has not disabled. Words for what the JDK has not match nothing, and words
 * that nobody knows are passed over, as OpenSSL does: only a list that leaves nothing is an error.
 */
final class CipherList {

    private static final Map<String, String> EXCHANGES = Map.of(
            "ECDHE_ECDSA", "ECDHE-ECDSA",
            "ECDHE_RSA", "ECDHE-RSA",
            "DHE_RSA", "DHE-RSA",
            "DHE_DSS", "DHE-DSS",
            "ECDH_ECDSA", "ECDH-ECDSA",
            "ECDH_RSA", "ECDH-RSA",
            "RSA", "");

    private CipherList() {}

    /** Which of the JDK's suites a list names, in its order; empty if none. */
    static List<String> choose(String list, String[] available, String[] defaults) {
        Map<String, Set<String>> suites = new LinkedHashMap<>();
        for (String suite : available) {
            if (suite.contains("_WITH_")) {
                suites.put(suite, words(suite));
            }
        }
        List<String> chosen = new ArrayList<>();
        Set<String> banned = new TreeSet<>();
        for (String token : list.split("[:, ]+", -1)) {
            if (token.isEmpty() || token.startsWith("@")) {
                // @STRENGTH and @SECLEVEL: the JDK's order is one of strength, and its security properties set the
                // level.
                continue;
            }
            char sign = token.charAt(0);
            boolean hasSign = sign == '!' || sign == '-' || sign == '+';
            List<String> named = named(hasSign ? token.substring(1) : token, suites, defaults);
            switch (sign) {
                case '!' -> {
                    chosen.removeAll(named);
                    banned.addAll(named);
                }
                case '-' -> chosen.removeAll(named);
                case '+' -> {
                    List<String> moved = named.stream().filter(chosen::contains).toList();
                    chosen.removeAll(moved);
                    chosen.addAll(moved);
                }
                default -> {
                    for (String suite : named) {
                        if (!banned.contains(suite) && !chosen.contains(suite)) {
                            chosen.add(suite);
                        }
                    }
                }
            }
        }
        return chosen;
    }

    private static List<String> named(String token, Map<String, Set<String>> suites, String[] defaults) {
        if (token.equals("DEFAULT")) {
            return Arrays.stream(defaults).filter(suites::containsKey).toList();
        }
        List<String> all = List.of(token.split("\\+", -1));
        return suites.entrySet().stream()
                .filter(suite -> suite.getValue().containsAll(all))
                .map(Map.Entry::getKey)
                .toList();
    }

    /** All words that stand for a suite: its name, and what it is made of. */
    private static Set<String> words(String suite) {
        int with = suite.indexOf("_WITH_");
        String exchange = suite.substring("TLS_".length(), with);
        String cipher = suite.substring(with + "_WITH_".length());
        Set<String> words = new TreeSet<>(Set.of("ALL", "COMPLEMENTOFDEFAULT", suite));
        words.add(openSslName(exchange, cipher));
        if (exchange.startsWith("ECDHE")) {
            words.addAll(Set.of("ECDHE", "kECDHE", "EECDH", "kEECDH"));
        } else if (exchange.startsWith("DHE")) {
            words.addAll(Set.of("DHE", "kDHE", "EDH", "kEDH", "DH"));
        } else if (exchange.equals("RSA")) {
            words.addAll(Set.of("RSA", "kRSA"));
        }
        if (exchange.endsWith("ECDSA")) {
            words.addAll(Set.of("ECDSA", "aECDSA"));
        } else if (exchange.endsWith("RSA")) {
            words.addAll(Set.of("aRSA", "RSA"));
        } else if (exchange.endsWith("DSS")) {
            words.addAll(Set.of("DSS", "aDSS"));
        }
        boolean modern = !cipher.endsWith("_SHA");
        words.add(modern ? "TLSv1.2" : "SSLv3");
        if (cipher.startsWith("AES") || cipher.startsWith("CHACHA20")) {
            words.add("HIGH");
        }
        if (cipher.startsWith("AES")) {
            words.addAll(Set.of("AES", cipher.startsWith("AES_256") ? "AES256" : "AES128"));
        }
        if (cipher.contains("_GCM_")) {
            words.add("AESGCM");
        } else if (cipher.startsWith("CHACHA20")) {
            words.add("CHACHA20");
        } else {
            String mac = cipher.substring(cipher.lastIndexOf('_') + 1);
            words.add(mac);
            words.add("CBC");
            if (mac.equals("SHA")) {
                words.add("SHA1");
            }
        }
        return words;
    }

    private static String openSslName(String exchange, String cipher) {
        String name = cipher.equals("CHACHA20_POLY1305_SHA256")
                ? "CHACHA20-POLY1305"
                : cipher.replace("AES_", "AES").replace("_CBC", "").replace('_', '-');
        String prefix = EXCHANGES.getOrDefault(exchange, exchange.toLowerCase(Locale.ROOT));
        return prefix.isEmpty() ? name : prefix + "-" + name;
    }
}
