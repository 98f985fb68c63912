/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.coordinator.internal;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.reflect.Proxy;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.osgi.service.event.Event;
import org.osgi.service.event.EventAdmin;
import org.tminus.coordinator.internal.journal.RefusedModels;
import org.tminus.failure.BackendException;
import org.tminus.failure.ModelFormatException;
import org.tminus.inference.JournalEntry;
import org.tminus.model.AdaptiveModel;

/** What the coordinator writes into its journal, as it happens. */
class JournalTest {
    private final FakeBackend backend = new FakeBackend();
    private final Bench bench = new Bench();

    @AfterEach
    void close() {
        bench.close();
    }

    @Test
    void servicesComeAreInForceAndGo() throws Exception {
        AdaptiveModel model = TestModels.model();
        FakePolicy policy = FakePolicy.full();
        bench.backend("cpu", 0, backend).policy("mine", 0, policy).model(model);
        bench.awaitReady();
        assertThat(bench.awaitEntry(JournalEntry.PLUGIN_CAME, "mine").details())
                .containsEntry("pluginKind", "policy")
                .containsEntry("bundle", "test 1");
        assertThat(bench.awaitEntry(JournalEntry.MODEL_INSTALLED, "toy").details())
                .containsEntry("version", "1.0.0");
        assertThat(bench.awaitEntry(JournalEntry.PLUGIN_IN_FORCE, "mine").details())
                .containsEntry("model", "toy");
        bench.awaitEntry(JournalEntry.PLUGIN_IN_FORCE, "cpu");
        bench.policy("better", 9, FakePolicy.depth(2));
        bench.awaitEntry(JournalEntry.PLUGIN_IN_FORCE, "better");
        bench.coordinator.board().unbindPolicy(policy);
        bench.awaitEntry(JournalEntry.PLUGIN_LEFT, "mine");
        bench.awaitEntry(JournalEntry.DRAINED, "mine");
        bench.coordinator.board().unbindModel(model);
        bench.awaitEntry(JournalEntry.MODEL_REMOVED, "toy");
        assertThat(bench.journal.latest(99, JournalEntry.PLUGIN_IN_FORCE, "mine"))
                .hasSize(1);
    }

    @Test
    void configurationIsAppliedAndRefused() {
        bench.configuration.update(Map.of("policy", "full"));
        bench.awaitEntry(JournalEntry.CONFIGURATION_APPLIED, "org.tminus");
        bench.configuration.update(Map.of("policy", "full", "workers", "many"));
        JournalEntry refused = bench.awaitEntry(JournalEntry.CONFIGURATION_REFUSED, "org.tminus");
        assertThat(refused.details()).containsEntry("key", "workers").containsEntry("value", "many");
        // The same once more is no news.
        bench.configuration.update(Map.of("policy", "full", "workers", "many"));
        bench.configuration.updateModel("org.tminus.model~toy", Map.of("policy", "full"));
        bench.configuration.updateModel("org.tminus.model~toy", Map.of("policy", "full"));
        bench.awaitEntry(JournalEntry.CONFIGURATION_APPLIED, "org.tminus.model~toy");
        bench.configuration.removeModel("org.tminus.model~toy");
        Bench.await(() -> bench.journal
                        .latest(99, JournalEntry.CONFIGURATION_APPLIED, "org.tminus.model~toy")
                        .size()
                == 2);
        assertThat(bench.journal.latest(99, JournalEntry.CONFIGURATION_REFUSED, null))
                .hasSize(1);
    }

    @Test
    void sessionsThatFailAndModelsThatAreRefused() {
        backend.opening = model -> {
            throw new BackendException("no memory is left", "");
        };
        bench.backend("cpu", 0, backend).model(TestModels.model());
        assertThat(bench.awaitEntry(JournalEntry.SESSION_FAILED, "toy").text()).contains("no memory is left");
        backend.opening = model -> {
            throw new BackendException("it cannot be read", "", new ModelFormatException("damaged", ""));
        };
        bench.model(TestModels.model("other", "1.0.0"));
        assertThat(bench.awaitEntry(JournalEntry.MODEL_REFUSED, "other").text()).contains("it cannot be read");
    }

    @Test
    void aModelThatCannotBeDescribedIsRefusedAndDisturbsNoOther() throws Exception {
        AdaptiveModel broken = (AdaptiveModel) Proxy.newProxyInstance(
                getClass().getClassLoader(), new Class<?>[] {AdaptiveModel.class}, (proxy, method, arguments) -> {
                    throw new IllegalStateException("for a test");
                });
        bench.coordinator.board().bindModel(broken, broken, Map.of(AdaptiveModel.NAME_PROPERTY, "broken"), "test 1");
        assertThat(bench.awaitEntry(JournalEntry.MODEL_REFUSED, "broken").text())
                .contains("for a test");
        bench.backend("cpu", 0, backend).model(TestModels.model());
        bench.awaitReady();
        bench.coordinator.board().unbindModel(broken);
        bench.infer(Bench.request()).close();
    }

    @Test
    void aModelFileThatIsRefusedIsToldByItsName() {
        new RefusedModels(bench.journal).refused("bad.tminus", "The model file bad.tminus is no archive.");
        JournalEntry entry = bench.awaitEntry(JournalEntry.MODEL_REFUSED, "bad.tminus");
        assertThat(entry.text()).isEqualTo("'bad.tminus' is refused: The model file bad.tminus is no archive.");
        assertThat(entry.details()).containsEntry("file", "bad.tminus");
    }

    @Test
    void quarantineAndFallbacksAreToldOnce() throws Exception {
        bench.backend("cpu", 0, backend).model(TestModels.model());
        bench.awaitReady();
        bench.policy("broken", 5, new FakePolicy(context -> {
            throw new IllegalStateException("for a test");
        }));
        for (int request = 0; request < 200; request++) {
            bench.infer(Bench.request()).close();
        }
        assertThat(bench.awaitEntry(JournalEntry.QUARANTINED, "broken").text()).contains("for a test");
        bench.awaitEntry(JournalEntry.FELL_BACK, "broken");
        assertThat(bench.journal.latest(999, JournalEntry.FELL_BACK, null)).hasSizeLessThan(20);
    }

    @Test
    void entriesAreEvents() {
        Map<String, Event> posted = new HashMap<>();
        EventAdmin admin = new EventAdmin() {
            @Override
            public void postEvent(Event event) {
                posted.put(event.getTopic(), event);
            }

            @Override
            public void sendEvent(Event event) {
                throw new UnsupportedOperationException();
            }
        };
        new JournalEventAdmin(admin).written(new JournalEntry() {
            @Override
            public Instant at() {
                return Instant.ofEpochMilli(1234);
            }

            @Override
            public String kind() {
                return QUARANTINED;
            }

            @Override
            public String subject() {
                return "broken";
            }

            @Override
            public String text() {
                return "It failed.";
            }

            @Override
            public Map<String, String> details() {
                return Map.of("pluginKind", "policy");
            }
        });
        Event event = posted.get("org/tminus/journal/QUARANTINED");
        assertThat(List.of(event.getPropertyNames())).contains("kind", "subject", "text", "timestamp", "pluginKind");
        assertThat(event.getProperty("timestamp")).isEqualTo(1234L);
        assertThat(event.getProperty("subject")).isEqualTo("broken");
    }
}
