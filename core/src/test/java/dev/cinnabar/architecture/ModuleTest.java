package dev.cinnabar.architecture;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.lang.module.ModuleDescriptor;
import java.lang.module.ModuleDescriptor.Requires;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** Holds the promise that the core needs nothing but {@code java.base} when it runs. */
class ModuleTest {

    @Test
    void needsJavaBaseAlone() throws IOException {
        assertThat(descriptor().requires())
                .filteredOn(required -> !required.modifiers().contains(Requires.Modifier.STATIC))
                .extracting(Requires::name)
                .containsExactly("java.base");
    }

    @Test
    void exportsThePublicApiAlone() throws IOException {
        assertThat(descriptor().exports())
                .allMatch(exported -> Set.of("dev.cinnabar", "dev.cinnabar.spi").contains(exported.source()));
    }

    private static ModuleDescriptor descriptor() throws IOException {
        try (InputStream compiled = Files.newInputStream(Path.of("target", "classes", "module-info.class"))) {
            return ModuleDescriptor.read(compiled);
        }
    }
}
