package dev.cinnabar.memory;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The debug mode of one {@link Memory}: knows every block in use, and fills what is free with a pattern so that a write
 * into it shows. Owned by that Memory.
 */
final class BlockChecker {

    /** What a new block is filled with: whoever relies on zeros finds out. */
    static final byte NEW = (byte) 0xc1;
    /** What fills free blocks, but for the link in their first two bytes. */
    static final byte FREED = (byte) 0xdd;

    private static final int LINK_BYTES = 2;

    private record Block(long size, Tag tag) {}

    private final Memory memory;
    private final Map<Long, Block> blocks = new HashMap<>();

    BlockChecker(Memory memory) {
        this.memory = memory;
    }

    /** Pages have become a span: all of it is free. */
    void spanAdded(MemorySegment chunk, long offset, long bytes) {
        chunk.asSlice(offset, bytes).fill(FREED);
    }

    void allocated(long address, long size, Tag tag) {
        if (blocks.putIfAbsent(address, new Block(size, tag)) != null) {
            throw new IllegalStateException(Memory.hex(address) + " was handed out twice");
        }
        MemorySegment segment = memory.segment(address);
        if (size <= SizeClass.LARGEST_BYTES) {
            checkFreed(segment, memory.offset(address), size);
        }
        segment.asSlice(memory.offset(address), size).fill(NEW);
    }

    void freed(long address, long size, Tag tag) {
        checkLive(address, size, tag);
        blocks.remove(address);
        memory.segment(address).asSlice(memory.offset(address), size).fill(FREED);
    }

    void checkLive(long address, long size, Tag tag) {
        @Nullable Block block = blocks.get(address);
        if (block == null) {
            throw new IllegalStateException(Memory.hex(address) + " is no block in use: freed already, or never one");
        }
        if (block.size != size || block.tag != tag) {
            throw new IllegalStateException("freed as " + size + " bytes of " + tag + ", but " + Memory.hex(address)
                    + " has " + block.size + " of " + block.tag);
        }
    }

    /** Throws if anybody has written to a free block. */
    void checkFreed(MemorySegment segment, long offset, long size) {
        for (long i = offset + LINK_BYTES; i < offset + size; i++) {
            if (segment.get(ValueLayout.JAVA_BYTE, i) != FREED) {
                throw new IllegalStateException(
                        "a freed block of " + size + " bytes has been written to, at its byte " + (i - offset));
            }
        }
    }

    /** Throws if the blocks in use do not add up. */
    void check(long used) {
        long sum = blocks.values().stream().mapToLong(Block::size).sum();
        if (sum != used) {
            throw new AssertionError("blocks in use: " + sum + " bytes, counted: " + used);
        }
    }
}
