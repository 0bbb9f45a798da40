package dev.cinnabar.acl;

import dev.cinnabar.text.Reason;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.List;

/** The file that {@code aclfile} names: a line for each user. Stateless. */
public final class UsersFile {

    private UsersFile() {}

    /**
     * Makes the users those of the file, all or none.
     *
     * @return the users who are no more
     */
    public static List<User> load(Path file, Users users) throws AclException {
        byte[] text;
        try {
            text = Files.readAllBytes(file);
        } catch (IOException e) {
            throw new AclException("Error loading ACLs, opening file '" + file + "': " + Reason.of(e));
        }
        return users.load(file.toString(), text);
    }

    /** Replaces the file at once: a crash leaves the old one or the new one. */
    public static void save(Path file, Users users) throws IOException {
        Path directory = file.toAbsolutePath().getParent();
        Path fresh = Files.createTempFile(directory, ".cinnabar-users", ".tmp");
        try {
            try (FileChannel channel = FileChannel.open(fresh, StandardOpenOption.WRITE)) {
                ByteBuffer buffer = ByteBuffer.wrap(users.toFile());
                while (buffer.hasRemaining()) {
                    channel.write(buffer);
                }
                channel.force(true);
            }
            if (Files.exists(file)) {
                Files.setPosixFilePermissions(fresh, Files.getPosixFilePermissions(file));
            }
            Files.move(fresh, file, StandardCopyOption.ATOMIC_MOVE);
        } finally {
            Files.deleteIfExists(fresh);
        }
        try (FileChannel channel = FileChannel.open(directory)) {
            channel.force(true);
        }
    }
}
