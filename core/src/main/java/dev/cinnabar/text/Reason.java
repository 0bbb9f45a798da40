package dev.cinnabar.text;

import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;

/**
 * Why something could not be done with a file, in the words of the system. Stateless.
 *
 * <p>The JDK tells the commonest reasons by the class of the exception alone: its message is then the name of the file and
 * nothing else.
 */
public final class Reason {

    private Reason() {}

    /** The reason without the file: for lines that name it themselves. */
    public static String of(Throwable e) {
        return switch (e) {
            case NoSuchFileException _, FileNotFoundException _ -> "No such file or directory";
            case AccessDeniedException _ -> "Permission denied";
            case FileAlreadyExistsException _ -> "File exists";
            case DirectoryNotEmptyException _ -> "Directory not empty";
            case NotDirectoryException _ -> "Not a directory";
            case FileSystemException f when f.getReason() != null -> f.getReason();
            case UncheckedIOException unchecked when unchecked.getCause() != null -> of(unchecked.getCause());
            case IOException io when io.getMessage() != null -> io.getMessage();
            default -> e.toString();
        };
    }

    /** The file, if it is known, and the reason. */
    public static String withFile(Throwable e) {
        return switch (e) {
            case FileSystemException f when f.getFile() != null -> f.getFile() + ": " + of(f);
            case UncheckedIOException unchecked when unchecked.getCause() != null -> withFile(unchecked.getCause());
            default -> of(e);
        };
    }
}
