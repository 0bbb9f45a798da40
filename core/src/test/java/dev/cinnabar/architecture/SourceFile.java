package dev.cinnabar.architecture;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** A Java source file of this repository as the tests of the source tree see it. */
record SourceFile(Path path, String text) {

    /** The directory of all modules: tests run in that of their own. */
    static final Path REPOSITORY = Path.of("").toAbsolutePath().getParent();

    private static final Pattern PACKAGE = Pattern.compile("(?m)^package ([\\w.]+);");
    private static final Pattern OUR_CLASS = Pattern.compile("\\bdev\\.cinnabar((?:\\.[a-z]\\w*)*)\\.[A-Z*]");

    /** What is no code, in the order in which it has to be recognized: text blocks, strings, characters, comments. */
    private static final Pattern NO_CODE = Pattern.compile("\"\"\"(?s:.*?)(?<!\\\\)\"\"\""
            + "|\"(?:\\\\.|[^\"\\\\\n])*\""
            + "|'(?:\\\\.|[^'\\\\\n])+'"
            + "|//[^\n]*"
            + "|/\\*(?s:.*?)\\*/");

    /** All Java files under {@code directory} of the repository, in the order of their names; none if it does not exist. */
    static List<SourceFile> under(String directory) {
        Path root = REPOSITORY.resolve(directory);
        if (!Files.isDirectory(root)) {
            return List.of();
        }
        try (Stream<Path> paths = Files.walk(root)) {
            return paths.filter(path -> path.toString().endsWith(".java"))
                    .sorted()
                    .map(SourceFile::read)
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static SourceFile read(Path path) {
        try {
            return new SourceFile(path, Files.readString(path));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    String name() {
        return path.getFileName().toString();
    }

    /** The name of the package below {@code dev.cinnabar}: {@code commands.strings}, and empty for {@code dev.cinnabar}. */
    String packageName() {
        Matcher matcher = PACKAGE.matcher(text);
        if (!matcher.find()) {
            return ""; // module-info
        }
        return matcher.group(1).replaceFirst("^dev\\.cinnabar\\.?", "");
    }

    /** The packages of ours that the code names, in imports or in full, but for {@code classes} that do not count. */
    TreeSet<String> packagesUsed(Set<String> classes) {
        TreeSet<String> used = new TreeSet<>();
        String code = code();
        for (String free : classes) {
            code = code.replaceAll("\\b" + Pattern.quote(free) + "\\b", "");
        }
        Matcher matcher = OUR_CLASS.matcher(code);
        while (matcher.find()) {
            used.add(matcher.group(1).isEmpty() ? "" : matcher.group(1).substring(1));
        }
        used.remove(packageName());
        return used;
    }

    /** The text without comments and without what is between quotes; line numbers stay as they are. */
    String code() {
        return NO_CODE.matcher(text)
                .replaceAll(found -> Matcher.quoteReplacement((found.group().startsWith("/") ? " " : "\"\"")
                        + found.group().replaceAll("[^\n]", "")));
    }

    /** Where {@code pattern} occurs in the code, as {@code path:line}. */
    List<String> linesWith(Pattern pattern) {
        String code = code();
        List<String> lines = new ArrayList<>();
        Matcher matcher = pattern.matcher(code);
        while (matcher.find()) {
            long line = 1
                    + code.substring(0, matcher.start())
                            .chars()
                            .filter(c -> c == '\n')
                            .count();
            lines.add(REPOSITORY.relativize(path) + ":" + line);
        }
        return lines;
    }
}
