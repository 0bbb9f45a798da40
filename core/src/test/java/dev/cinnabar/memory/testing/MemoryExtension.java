package dev.cinnabar.memory.testing;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cinnabar.memory.Memory;
import dev.cinnabar.memory.Tag;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ExtensionContext.Namespace;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolver;

/**
 * Hands a test, and its {@code @BeforeEach}, a {@link Memory} in debug mode as a parameter, the same to both, and asserts
 * after the test that it is in order and that every tag is back at zero: what a test allocates it must free.
 *
 * <pre>
 * {@literal @}ExtendWith(MemoryExtension.class)
 * class HashTableTest {
 *     {@literal @}Test
 *     void holdsWhatWasPut(Memory memory) { … }
 * }
 * </pre>
 */
public final class MemoryExtension implements ParameterResolver, AfterEachCallback {

    private static final Namespace NAMESPACE = Namespace.create(MemoryExtension.class);

    @Override
    public boolean supportsParameter(ParameterContext parameter, ExtensionContext test) {
        return parameter.getParameter().getType() == Memory.class;
    }

    @Override
    public Object resolveParameter(ParameterContext parameter, ExtensionContext test) {
        return test.getStore(NAMESPACE).computeIfAbsent(Memory.class, key -> new Memory(Runnable::run, true));
    }

    @Override
    public void afterEach(ExtensionContext test) {
        Memory memory = test.getStore(NAMESPACE).remove(Memory.class, Memory.class);
        if (memory == null) {
            return;
        }
        try (memory) {
            if (test.getExecutionException().isEmpty()) {
                assertInOrderAndEmpty(memory);
            }
        }
    }

    /** Asserts that a memory is in order and that no block of it is in use. */
    public static void assertInOrderAndEmpty(Memory memory) {
        memory.checkInvariants();
        for (Tag tag : Tag.values()) {
            assertThat(memory.used(tag)).as("bytes left under %s", tag).isZero();
        }
        assertThat(memory.used()).isZero();
    }
}
