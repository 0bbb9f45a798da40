package dev.cinnabar.architecture;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What the source tree as a whole has to keep to: calls with a better replacement here, names, and a word on each package. */
class TidyTest {

    private static final List<String> MODULES = List.of("core", "examples", "compat", "bench");

    /** Packages on the way of a request. */
    private static final Set<String> REQUEST_PATH =
            Set.of("memory", "structures", "values", "keyspace", "resp", "command", "commands", "net");

    /** What is only written in comments or strings does not count. */
    private static final List<Ban> BANS = List.of(
            new Ban(
                            "String\\.format\\(|\\.formatted\\(",
                            "write into the Reply, or concatenate off the path of a request")
                    .inPackages(REQUEST_PATH),
            new Ban("System\\.(currentTimeMillis|nanoTime)\\(|\\bInstant\\.now\\(", "ask the Clock that is injected")
                    .exceptIn("Clock.java"),
            new Ban("\\bThread\\.sleep\\(", "wait for the event: a selector's timeout, a condition, a latch"),
            new Ban(
                    "\\bMath\\.random\\(|\\bThreadLocalRandom\\b|new Random\\(",
                    "take the RandomGenerator that is injected"),
            new Ban("\\bSystem\\.exit\\(", "return, or throw; only Main ends the JVM").exceptIn("Main.java"),
            new Ban(
                    "\\b(sun\\.misc\\.)?Unsafe\\b|\\.reinterpret\\(",
                    "go through dev.cinnabar.memory, which is bounds-checked"));

    record Ban(Pattern call, String instead, Set<String> packages, Set<String> exceptions) {

        Ban(String call, String instead) {
            this(Pattern.compile(call), instead, Set.of(), Set.of());
        }

        Ban inPackages(Set<String> names) {
            return new Ban(call, instead, names, exceptions);
        }

        Ban exceptIn(String... files) {
            return new Ban(call, instead, packages, Set.of(files));
        }

        boolean concerns(SourceFile file) {
            String topPackage = file.packageName().replaceFirst("\\..*", "");
            return (packages.isEmpty() || packages.contains(topPackage)) && !exceptions.contains(file.name());
        }

        @Override
        public String toString() {
            return call.pattern();
        }
    }

    static List<Ban> bans() {
        return BANS;
    }

    @ParameterizedTest
    @MethodSource("bans")
    void theCoreMakesNoBannedCall(Ban ban) {
        List<String> found = new ArrayList<>();
        for (SourceFile file : SourceFile.under("core/src/main/java")) {
            if (ban.concerns(file)) {
                found.addAll(file.linesWith(ban.call()));
            }
        }
        assertThat(found).as("instead of %s: %s", ban.call(), ban.instead()).isEmpty();
    }

    @Test
    void testsWaitForEventsAndNotForTime() {
        List<String> found = new ArrayList<>();
        Pattern sleep = Pattern.compile("\\bThread\\.sleep\\(|\\.pollDelay\\(");
        for (String module : MODULES) {
            for (SourceFile file : SourceFile.under(module + "/src/test/java")) {
                found.addAll(file.linesWith(sleep));
            }
        }
        assertThat(found).as("sleeps in tests: wait for what is to happen").isEmpty();
    }

    /** Surefire runs {@code …Test} and Failsafe {@code …IT}; anything else would be skipped without a word. */
    @Test
    void classesWithTestsAreNamedSoThatTheyRun() {
        Pattern test = Pattern.compile("@(Test|ParameterizedTest|RepeatedTest|TestFactory|RedisTest)\\b(?!\\s*\\.)");
        Pattern declaration = Pattern.compile("@interface|\\babstract class ");
        List<String> found = new ArrayList<>();
        for (String module : MODULES) {
            for (SourceFile file : SourceFile.under(module + "/src/test/java")) {
                String code = file.code();
                if (test.matcher(code).find()
                        && !declaration.matcher(code).find()
                        && !file.name().matches(".*(Test|IT)\\.java")) {
                    found.add(SourceFile.REPOSITORY.relativize(file.path()).toString());
                }
            }
        }
        assertThat(found)
                .as("test classes whose names do not end in Test or IT")
                .isEmpty();
    }

    @Test
    void everyPackageSaysWhatItIsAndIsNullMarked() {
        TreeMap<String, String> without = new TreeMap<>();
        for (String module : MODULES) {
            List<SourceFile> files = SourceFile.under(module + "/src/main/java");
            for (SourceFile file : files) {
                if (!file.name().equals("module-info.java")) {
                    without.put(packageDirectory(file), "has no package-info.java");
                }
            }
            for (SourceFile file : files) {
                if (file.name().equals("package-info.java")) {
                    if (!file.text().contains("/**") || !file.code().contains("@NullMarked")) {
                        without.put(packageDirectory(file), "has no sentence or no @NullMarked in package-info.java");
                    } else {
                        without.remove(packageDirectory(file));
                    }
                }
            }
        }
        assertThat(without).isEmpty();
    }

    private static String packageDirectory(SourceFile file) {
        Path directory = file.path().getParent();
        return SourceFile.REPOSITORY.relativize(directory).toString();
    }
}
