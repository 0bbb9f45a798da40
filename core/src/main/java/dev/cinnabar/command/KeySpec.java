package dev.cinnabar.command;

import dev.cinnabar.acl.Selector;
import dev.cinnabar.resp.Request;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Where some of a command's keys stand, and what it does to them. Immutable.
 *
 * <p>The search begins at a fixed index or behind a keyword; the keys are a range, or as many as a number in front of them
 * says.
 */
public final class KeySpec {

    /** What a command does to a key. The first four exclude each other. */
    public enum Use {
        RW,
        RO,
        OW,
        RM,
        ACCESS,
        UPDATE,
        INSERT,
        DELETE,
        NOT_KEY,
        INCOMPLETE,
        VARIABLE_FLAGS;

        public String label() {
            return this == NOT_KEY || this == INCOMPLETE || this == VARIABLE_FLAGS
                    ? name().toLowerCase(Locale.ROOT)
                    : this.compareTo(RM) <= 0 ? name() : name().toLowerCase(Locale.ROOT);
        }
    }

    private final int index;
    private final @Nullable String keyword;
    private final String folded;
    private final boolean counted;
    private final int last;
    private final int step;
    private final int limit;
    private final int countIndex;
    private final int firstKey;
    private final Set<Use> uses;
    private final int access;
    private @Nullable Finder finder;
    private @Nullable Finder exact;
    private @Nullable Function<Request, Set<Use>> variable;
    private @Nullable String notes;

    private KeySpec(
            int index,
            @Nullable String keyword,
            boolean counted,
            int last,
            int step,
            int limit,
            int countIndex,
            int firstKey,
            Use... uses) {
        this.index = index;
        this.keyword = keyword;
        this.folded = keyword == null ? "" : keyword.toLowerCase(Locale.ROOT);
        this.counted = counted;
        this.last = last;
        this.step = step;
        this.limit = limit;
        this.countIndex = countIndex;
        this.firstKey = firstKey;
        this.uses = new TreeSet<>(List.of(uses));
        this.access = access(this.uses);
    }

    /** One key at an index. */
    public static KeySpec at(int index, Use... uses) {
        return new KeySpec(index, null, false, 0, 1, 0, 0, 0, uses);
    }

    /**
     * Every {@code step}th argument from an index on.
     *
     * @param last the last one, counted from the first key; negative: counted from the end of the request, -1 being its last
     */
    public static KeySpec range(int index, int last, int step, Use... uses) {
        return new KeySpec(index, null, false, last, step, 0, 0, 0, uses);
    }

    /**
     * As many keys as a number says.
     *
     * @param index where the search begins
     * @param countIndex where the number stands, counted from {@code index}
     * @param firstKey where the first key stands, counted from {@code index}
     */
    public static KeySpec counted(int index, int countIndex, int firstKey, int step, Use... uses) {
        return new KeySpec(index, null, true, 0, step, 0, countIndex, firstKey, uses);
    }

    /** A range of keys behind a keyword, looked for from {@code from} on (negative: backwards from the end). */
    public static KeySpec behind(String keyword, int from, int last, int step, int limit, Use... uses) {
        return new KeySpec(from, keyword, false, last, step, limit, 0, 0, uses);
    }

    /**
     * Keys that neither an index nor a keyword finds: COMMAND shows them as unknown, while we find them, for they must be
     * locked.
     */
    public static KeySpec found(Finder finder, Use... uses) {
        KeySpec spec = new KeySpec(0, null, false, 0, 0, 0, 0, 0, uses);
        spec.finder = finder;
        return spec;
    }

    /** Keys that no request has in this server: told, and never found. */
    public static KeySpec unknown(Use... uses) {
        return found((request, sink) -> {}, uses);
    }

    /**
     * Finds the keys by reading the request as the command does, where the keyword may also be the value of an option. COMMAND
     * shows the rest as it is.
     */
    public KeySpec exactly(Finder exact) {
        this.exact = exact;
        return this;
    }

    /** What a request with other options than the most does to the key; only with {@link Use#VARIABLE_FLAGS}. */
    public KeySpec usesOf(Function<Request, Set<Use>> variable) {
        this.variable = variable;
        return this;
    }

    public KeySpec notes(String notes) {
        this.notes = notes;
        return this;
    }

    public int index() {
        return index;
    }

    public @Nullable String keyword() {
        return keyword;
    }

    public boolean isCounted() {
        return counted;
    }

    public int last() {
        return last;
    }

    public int step() {
        return step;
    }

    public int limit() {
        return limit;
    }

    public int countIndex() {
        return countIndex;
    }

    public int firstKey() {
        return firstKey;
    }

    public Set<Use> uses() {
        return uses;
    }

    /** What a request does to the keys, as far as it can be told. */
    public Set<Use> usesBy(Request request) {
        return variable == null ? uses : variable.apply(request);
    }

    /** What a request needs of the keys: {@link Selector#READ}, {@link Selector#WRITE}, both or neither. */
    int accessBy(Request request) {
        return variable == null ? access : access(variable.apply(request));
    }

    /** What is said of a value's content counts, not that it is looked at or replaced. */
    private static int access(Set<Use> uses) {
        boolean written = uses.contains(Use.INSERT) || uses.contains(Use.UPDATE) || uses.contains(Use.DELETE);
        return (uses.contains(Use.ACCESS) ? Selector.READ : 0) | (written ? Selector.WRITE : 0);
    }

    public @Nullable String notes() {
        return notes;
    }

    /** Whether where the keys stand depends on nothing but how many arguments there are. */
    public boolean isFixed() {
        return keyword == null && !counted && finder == null;
    }

    /** Whether COMMAND cannot say where the keys stand. */
    public boolean isUnknown() {
        return finder != null;
    }

    /** Takes the indices of keys. */
    @FunctionalInterface
    public interface IndexConsumer {
        void accept(int index);
    }

    /** Finds keys by reading the request as the command does. */
    @FunctionalInterface
    public interface Finder {
        void find(Request request, IndexConsumer sink);
    }

    /**
     * Calls the sink with the index of each key of a request.
     *
     * @return false if the request is not of the form that the command expects; it has then no keys
     */
    public boolean forEach(Request request, IndexConsumer sink) {
        if (finder != null) {
            finder.find(request, sink);
            return true;
        }
        if (exact != null) {
            exact.find(request, sink);
            return true;
        }
        int begin = index;
        int count = request.count();
        if (keyword != null) {
            begin = find(request);
            if (begin < 0) {
                return true;
            }
            begin++;
        }
        if (counted) {
            int at = begin + countIndex;
            if (at >= count) {
                return false;
            }
            long n = smallNumber(request, at);
            int first = begin + firstKey;
            if (n < 0 || first + (n - 1) * step >= count) {
                return false;
            }
            for (int i = 0; i < n; i++) {
                sink.accept(first + i * step);
            }
            return true;
        }
        int end = last >= 0 ? begin + last : count + last;
        if (limit >= 2 && last == -1) {
            end = begin + (count - begin) / limit + last;
        }
        if (begin >= count || end >= count) {
            return false;
        }
        for (int i = begin; i <= end; i += step) {
            sink.accept(i);
        }
        return true;
    }

    private int find(Request request) {
        if (index > 0) {
            for (int i = index; i < request.count(); i++) {
                if (request.at(i).equalsIgnoreCase(folded)) {
                    return i;
                }
            }
        } else {
            for (int i = request.count() + index; i > 0; i--) {
                if (request.at(i).equalsIgnoreCase(folded)) {
                    return i;
                }
            }
        }
        return -1;
    }

    private static long smallNumber(Request request, int at) {
        int n = request.length(at);
        if (n == 0 || n > 9) {
            return -1;
        }
        long value = 0;
        for (int i = 0; i < n; i++) {
            int digit = request.at(at).byteAt(i) - '0';
            if (digit < 0 || digit > 9) {
                return -1;
            }
            value = value * 10 + digit;
        }
        return value;
    }
}
