package dev.cinnabar.command;

import dev.cinnabar.keyspace.Database;

/** The number of keys of a client's database, those whose time is over included. Stateless; all partitions are locked. */
public final class DatabaseSize {

    private DatabaseSize() {}

    public static long of(Call call) {
        long size = 0;
        for (int p = 0; p < call.keyspace().partitions(); p++) {
            size += of(call, p);
        }
        return size;
    }

    public static long of(Call call, int partition) {
        Database database = call.databaseIfAny(partition);
        return database == null ? 0 : database.size();
    }
}
