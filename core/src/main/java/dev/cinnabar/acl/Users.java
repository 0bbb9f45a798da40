package dev.cinnabar.acl;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentSkipListMap;
import org.jspecify.annotations.Nullable;

/**
 * All users of an engine, in the order of their names. Thread-safe: changes are made one after the other and are seen by all
 * commands that begin after them.
 */
public final class Users {

    public static final String DEFAULT = "default";

    /** The caller inside the JVM, who has not logged in: nothing is denied to him, whatever becomes of the default user. */
    public static final User OWNER = new User(DEFAULT, Rights.unlimited(0));

    private final Catalogue catalogue;
    private final ConcurrentSkipListMap<String, User> users = new ConcurrentSkipListMap<>();
    private final User defaultUser;
    private volatile boolean allChannels;

    public Users(Catalogue catalogue) {
        this.catalogue = catalogue;
        this.defaultUser = new User(DEFAULT, Rights.unlimited(catalogue.size()));
        users.put(DEFAULT, defaultUser);
    }

    /** Whether users to come may use all channels at first. */
    public void allChannels(boolean allChannels) {
        this.allChannels = allChannels;
    }

    // Asking.

    /** Who a client is that has not said who it is. */
    public User defaultUser() {
        return defaultUser;
    }

    /** Whether clients must say who they are. */
    public boolean askForPassword() {
        Rights rights = defaultUser.rights();
        return !rights.needsNoPassword() || !rights.isOn();
    }

    public @Nullable User find(String name) {
        return users.get(name);
    }

    public Collection<User> all() {
        return users.values();
    }

    public Catalogue catalogue() {
        return catalogue;
    }

    /** The user of this name and password, if that is right and he can log in; null otherwise. */
    public @Nullable User authenticate(String name, byte[] password) {
        User user = users.get(name);
        // An unknown name takes as long as a known one.
        boolean accepted = (user == null ? defaultUser : user).rights().accept(password);
        return user != null && accepted ? user : null;
    }

    // Changing.

    /** The default user has this password, or none if it is empty. */
    public synchronized void defaultPassword(String password) {
        try {
            set(DEFAULT, List.of("resetpass", password.isEmpty() ? "nopass" : ">" + password));
        } catch (AclException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Changes a user, or makes one, by rules: by all, or by none. */
    public synchronized User set(String name, List<String> rules) throws AclException {
        refuseBlanks(name);
        User user = users.get(name);
        Rights rights = user == null ? new Rights(allChannels) : new Rights(user.rights());
        apply(rights, rules);
        if (user == null) {
            user = new User(name, rights);
            users.put(name, user);
        } else {
            user.rights(rights);
        }
        return user;
    }

    /** Makes a user who is not there yet; the default user may be, and is made anew. */
    public synchronized User declare(String name, List<String> rules) throws AclException {
        if (!name.equals(DEFAULT) && users.containsKey(name)) {
            throw AclException.duplicate(name);
        }
        List<String> all = new ArrayList<>(List.of("reset"));
        all.addAll(rules);
        return set(name, all);
    }

    private static void refuseBlanks(String name) throws AclException {
        if (Selector.hasBlanks(name)) {
            throw new AclException("Usernames can't contain spaces or null characters");
        }
    }

    private void apply(Rights rights, List<String> rules) throws AclException {
        for (String rule : joined(rules)) {
            try {
                rights.apply(rule, catalogue, allChannels);
            } catch (AclException e) {
                throw new AclException(rule, e.getMessage());
            }
        }
    }

    /** Puts together what was split at the blanks inside parentheses. */
    private static List<String> joined(List<String> words) throws AclException {
        List<String> rules = new ArrayList<>(words.size());
        StringBuilder open = new StringBuilder();
        String first = "";
        for (String word : words) {
            if (open.isEmpty() && (!word.startsWith("(") || word.endsWith(")"))) {
                rules.add(word);
                continue;
            }
            if (open.isEmpty()) {
                first = word;
                open.append(word);
            } else {
                open.append(' ').append(word);
            }
            if (word.endsWith(")")) {
                rules.add(open.toString());
                open.setLength(0);
            }
        }
        if (!open.isEmpty()) {
            throw new AclException("Unmatched parenthesis in acl selector starting at '" + first + "'.");
        }
        return rules;
    }

    /** Deletes a user, who is not the default one; null if there is none of this name. */
    public synchronized @Nullable User delete(String name) {
        if (name.equals(DEFAULT)) {
            throw new IllegalArgumentException("the default user stays");
        }
        User user = users.remove(name);
        if (user != null) {
            end(user);
        }
        return user;
    }

    /** Who is this user until his connection ends can do nothing any more. */
    private static void end(User user) {
        user.rights(new Rights(false));
    }

    // Files.

    /** What a file is to hold that defines all users. */
    public byte[] toFile() {
        StringBuilder text = new StringBuilder();
        for (User user : users.values()) {
            text.append(user.describe()).append('\n');
        }
        return text.toString().getBytes(ISO_8859_1);
    }

    /**
     * Makes the users those of a file, all or none; a default user whom it does not define is what he is at first.
     *
     * @param file its name, for the messages
     * @return the users who are no more
     * @throws AclException with a message about all lines that are wrong
     */
    public synchronized List<User> load(String file, byte[] text) throws AclException {
        Map<String, Rights> loaded = new TreeMap<>();
        StringBuilder wrong = new StringBuilder();
        String[] lines = new String(text, ISO_8859_1).split("\n", -1);
        for (int i = 0; i < lines.length; i++) {
            String line = lines[i].strip();
            if (line.isEmpty() || line.startsWith("#")) {
                continue;
            }
            try {
                define(line, loaded);
            } catch (AclException e) {
                wrong.append(file).append(':').append(i + 1).append(": ").append(complaint(e));
            }
        }
        if (!wrong.isEmpty()) {
            throw new AclException(
                    wrong + "WARNING: ACL errors detected, no change to the previously active ACL rules was performed");
        }
        loaded.computeIfAbsent(DEFAULT, name -> Rights.unlimited(catalogue.size()));
        List<User> gone = new ArrayList<>();
        for (User user : users.values()) {
            if (!loaded.containsKey(user.name())) {
                users.remove(user.name());
                end(user);
                gone.add(user);
            }
        }
        loaded.forEach((name, rights) -> {
            User user = users.get(name);
            if (user == null) {
                users.put(name, new User(name, rights));
            } else {
                user.rights(rights);
            }
        });
        return gone;
    }

    private static String complaint(AclException e) {
        String text = e.rule().isEmpty() ? e.getMessage() : "Error in '" + e.rule() + "': " + e.getMessage();
        return text.endsWith(".") ? text + " " : text + ". ";
    }

    private void define(String line, Map<String, Rights> loaded) throws AclException {
        List<String> words = List.of(line.split("[ \t]+", -1));
        if (!words.getFirst().equals("user") || words.size() < 2) {
            throw new AclException("line should start with user keyword");
        }
        String name = words.get(1);
        refuseBlanks(name);
        if (loaded.containsKey(name)) {
            throw new AclException("WARNING: Duplicate user '" + name + "' found");
        }
        Rights rights = new Rights(allChannels);
        apply(rights, words.subList(2, words.size()));
        loaded.put(name, rights);
    }
}
