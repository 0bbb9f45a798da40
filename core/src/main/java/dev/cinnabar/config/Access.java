package dev.cinnabar.config;

/** Who may do something dangerous: nobody, everybody, or those on this host. */
public enum Access {
    NO,
    YES,
    LOCAL;

    public boolean allows(boolean clientIsLocal) {
        return this == YES || this == LOCAL && clientIsLocal;
    }
}
