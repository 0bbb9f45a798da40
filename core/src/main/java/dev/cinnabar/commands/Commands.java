package dev.cinnabar.commands;

import dev.cinnabar.command.CommandSpec;
import dev.cinnabar.command.CommandTable;
import dev.cinnabar.commands.acl.AclCommands;
import dev.cinnabar.commands.bits.BitCommands;
import dev.cinnabar.commands.connection.ClientCommands;
import dev.cinnabar.commands.connection.ConnectionCommands;
import dev.cinnabar.commands.geo.GeoCommands;
import dev.cinnabar.commands.hashes.HashCommands;
import dev.cinnabar.commands.hyperloglog.HyperLogLogCommands;
import dev.cinnabar.commands.keys.KeyCommands;
import dev.cinnabar.commands.latency.LatencyCommands;
import dev.cinnabar.commands.latency.SlowlogCommands;
import dev.cinnabar.commands.lists.ListCommands;
import dev.cinnabar.commands.persistence.AppendOnlyCommands;
import dev.cinnabar.commands.persistence.BackupCommands;
import dev.cinnabar.commands.persistence.WaitCommands;
import dev.cinnabar.commands.pubsub.PubSubCommands;
import dev.cinnabar.commands.server.CommandCommands;
import dev.cinnabar.commands.server.ConfigCommands;
import dev.cinnabar.commands.server.DatabaseCommands;
import dev.cinnabar.commands.server.HotKeysCommands;
import dev.cinnabar.commands.server.MemoryCommands;
import dev.cinnabar.commands.server.ServerCommands;
import dev.cinnabar.commands.sets.SetCommands;
import dev.cinnabar.commands.sort.SortCommand;
import dev.cinnabar.commands.streams.StreamCommands;
import dev.cinnabar.commands.strings.StringCommands;
import dev.cinnabar.commands.transactions.TransactionCommands;
import dev.cinnabar.commands.zsets.SortedSetCommands;
import java.util.ArrayList;
import java.util.List;

/** The table of all commands. */
public final class Commands {

    private Commands() {}

    public static CommandTable table() {
        List<CommandSpec> rows = new ArrayList<>();
        rows.addAll(StringCommands.table());
        rows.addAll(StreamCommands.table());
        rows.addAll(SetCommands.table());
        rows.addAll(SortCommand.table());
        rows.addAll(ListCommands.table());
        rows.addAll(SortedSetCommands.table());
        rows.addAll(BitCommands.table());
        rows.addAll(HyperLogLogCommands.table());
        rows.addAll(GeoCommands.table());
        rows.addAll(HashCommands.table());
        rows.addAll(KeyCommands.table());
        rows.addAll(ConnectionCommands.table());
        rows.addAll(ClientCommands.table());
        rows.addAll(AclCommands.table());
        rows.addAll(TransactionCommands.table());
        rows.addAll(PubSubCommands.table());
        rows.addAll(DatabaseCommands.table());
        rows.addAll(CommandCommands.table());
        rows.addAll(ConfigCommands.table());
        rows.addAll(ServerCommands.table());
        rows.addAll(AppendOnlyCommands.table());
        rows.addAll(BackupCommands.table());
        rows.addAll(WaitCommands.table());
        rows.addAll(MemoryCommands.table());
        rows.addAll(HotKeysCommands.table());
        rows.addAll(SlowlogCommands.table());
        rows.addAll(LatencyCommands.table());
        return new CommandTable(rows);
    }
}
