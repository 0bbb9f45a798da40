package dev.cinnabar.acl;

import java.util.Locale;

/** Why something was denied; of two reasons, the later one has come further. */
public enum Denial {
    COMMAND,
    KEY,
    AUTH,
    CHANNEL,
    /** The name in a client's certificate is no user's. */
    TLS_CERT;

    /** As ACL LOG says it. */
    public String label() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
}
