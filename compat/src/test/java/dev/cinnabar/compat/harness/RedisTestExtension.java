package dev.cinnabar.compat.harness;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.ConditionEvaluationResult;
import org.junit.jupiter.api.extension.ExecutionCondition;
import org.junit.jupiter.api.extension.Extension;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolver;
import org.junit.jupiter.api.extension.TestTemplateInvocationContext;
import org.junit.jupiter.api.extension.TestTemplateInvocationContextProvider;

/** Multiplies a {@link RedisTest} by targets and protocols. */
final class RedisTestExtension implements TestTemplateInvocationContextProvider {

    @Override
    public boolean supportsTestTemplate(ExtensionContext context) {
        return true;
    }

    @Override
    public Stream<TestTemplateInvocationContext> provideTestTemplateInvocationContexts(ExtensionContext context) {
        RedisTest test = context.getRequiredTestMethod().getAnnotation(RedisTest.class);
        List<TestTemplateInvocationContext> runs = new ArrayList<>();
        for (Target target : Target.values()) {
            for (int protocol : test.resp()) {
                runs.add(new Run(target, protocol, test));
            }
        }
        return runs.stream();
    }

    private record Run(Target target, int protocol, RedisTest test) implements TestTemplateInvocationContext {

        @Override
        public String getDisplayName(int invocationIndex) {
            return "[" + target.label() + (test.resp().length > 1 ? ", RESP" + protocol : "") + "]";
        }

        @Override
        public List<Extension> getAdditionalExtensions() {
            return List.of(new OneRun(this));
        }

        private Optional<String> whyNot() {
            return target.missing().or(() -> {
                if (target == Target.CINNABAR) {
                    return reason("only for real servers: ", test.redisOnly());
                }
                if (!test.cinnabarOnly().isEmpty()) {
                    return reason("only for Cinnabar: ", test.cinnabarOnly());
                }
                if (target == Target.VALKEY && !test.valkeyDiffers().isEmpty()) {
                    return reason("Valkey differs: ", test.valkeyDiffers());
                }
                Version version = Server.shared(target).version();
                return test.since().isEmpty() || version.isAtLeast(test.since())
                        ? Optional.empty()
                        : Optional.of("needs Redis " + test.since() + ", this is " + version);
            });
        }

        private static Optional<String> reason(String before, String text) {
            return text.isEmpty() ? Optional.empty() : Optional.of(before + text);
        }
    }

    private static final class OneRun
            implements ExecutionCondition, BeforeEachCallback, AfterEachCallback, ParameterResolver {

        private final Run run;

        OneRun(Run run) {
            this.run = run;
        }

        @Override
        public ConditionEvaluationResult evaluateExecutionCondition(ExtensionContext context) {
            return run.whyNot()
                    .map(ConditionEvaluationResult::disabled)
                    .orElseGet(() -> ConditionEvaluationResult.enabled("installed"));
        }

        @Override
        public void beforeEach(ExtensionContext context) {
            Server.shared(run.target()).reset();
        }

        @Override
        public void afterEach(ExtensionContext context) throws Exception {
            Server server = Server.shared(run.target());
            server.closeConnections();
        }

        @Override
        public boolean supportsParameter(ParameterContext parameter, ExtensionContext context) {
            Class<?> type = parameter.getParameter().getType();
            return type == Client.class || type == Server.class;
        }

        @Override
        public Object resolveParameter(ParameterContext parameter, ExtensionContext context) {
            Server server = Server.shared(run.target());
            return parameter.getParameter().getType() == Server.class ? server : server.connect(run.protocol());
        }
    }
}
