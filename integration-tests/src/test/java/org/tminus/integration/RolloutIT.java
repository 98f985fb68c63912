/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.integration;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Hashtable;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.After;
import org.junit.Before;
import org.junit.Test;
import org.osgi.framework.ServiceRegistration;
import org.osgi.framework.Version;
import org.osgi.service.cm.Configuration;
import org.osgi.service.event.Event;
import org.osgi.service.event.EventConstants;
import org.osgi.service.event.EventHandler;
import org.tminus.inference.InferenceRequest;
import org.tminus.inference.InferenceResult;
import org.tminus.inference.InferenceService;
import org.tminus.inference.Journal;
import org.tminus.inference.JournalEntry;
import org.tminus.inference.PlatformStatus;
import org.tminus.inference.RolloutState;
import org.tminus.inference.Rollouts;
import org.tminus.inference.Trace;
import org.tminus.model.AdaptiveModel;
import org.tminus.model.ModelRepository;

/** Candidates are tried in the container, and taken back or put in force, by the shell's commands. */
public class RolloutIT extends TminusTestSupport {
    private static final String COORDINATOR = "org.tminus";
    private static final int ENOUGH = 2000;

    private ModelRepository repository;
    private InferenceService inference;
    private Rollouts rollouts;
    private AdaptiveModel model;

    @Before
    public void installTheModel() throws Exception {
        repository = service(ModelRepository.class);
        inference = service(InferenceService.class);
        rollouts = service(Rollouts.class);
        PlatformStatus status = service(PlatformStatus.class);
        model = repository.models().isEmpty()
                ? repository.install(ReferenceModel.file())
                : repository.models().get(0);
        await("the platform is ready; " + status.warnings(), status::ready);
    }

    @After
    public void endAllRollouts() throws Exception {
        Configuration[] configurations = configurationAdmin.listConfigurations(
                "(|(service.factoryPid=org.tminus.rollout)(service.factoryPid=org.tminus.model))");
        for (Configuration configuration : configurations == null ? new Configuration[0] : configurations) {
            configuration.delete();
        }
        configure(COORDINATOR, Map.of());
        await("no rollout is left", () -> rollouts.rollouts().isEmpty());
    }

    @Test
    public void aCandidateThatAnswersOtherwiseIsTakenBackUnseen() throws Exception {
        BlockingQueue<Event> events = new LinkedBlockingQueue<>();
        ServiceRegistration<EventHandler> handler = context.registerService(
                EventHandler.class,
                events::add,
                new Hashtable<>(
                        Map.of(EventConstants.EVENT_TOPIC, "org/tminus/journal/" + JournalEntry.ROLLOUT_ROLLED_BACK)));
        configure(COORDINATOR, Map.of("policy", "full", "shadowQueueCapacity", "4096"));
        execute("tminus:rollout-start guess --kind policy --candidate random --share 1 --min-agreement 0.999");
        await("the rollout is running", () -> state("guess").phase().equals("running"));
        try {
            for (byte[] picture : GarmentPictures.first(ENOUGH)) {
                assertThat(ask(picture).policy()).isEqualTo("full");
                if (!state("guess").phase().equals("running")) {
                    break;
                }
            }
            assertThat(events.poll(PATIENCE.toSeconds(), TimeUnit.SECONDS))
                    .as(
                            "an event; %s differed of %s",
                            state("guess").disagreed(), state("guess").compared())
                    .isNotNull();
        } finally {
            handler.unregister();
        }
        assertThat(state("guess").phase()).isEqualTo("rolled back");
        assertThat(execute("tminus:rollouts")).contains("guess", "rolled back");
        assertThat(execute("tminus:journal --kind " + JournalEntry.ROLLOUT_ROLLED_BACK))
                .contains("guess");
        assertThat(service(Journal.class).latest(1, JournalEntry.ROLLOUT_ROLLED_BACK, "guess"))
                .singleElement()
                .satisfies(entry -> assertThat(entry.text()).isNotBlank());
    }

    @Test
    public void aVersionAnswersItsShareUntilItIsPromoted() throws Exception {
        Version next = new Version(model.version().getMajor(), model.version().getMinor(), 99);
        execute("tminus:rollout-start next --kind model --model " + ReferenceModel.NAME + " --candidate " + next
                + " --mode canary --share 0.3 --max-error-rate 0.05");
        await("the rollout is known", () -> rollouts.rollouts().size() == 1);
        Path update = ReferenceModel.withVersion(next);
        try {
            repository.install(update);
            await("both versions answer", () -> {
                ask(GarmentPictures.first(1).get(0));
                RolloutState now = state("next");
                return now.candidateArm().requests() > 20 && now.control().requests() > 20;
            });
            assertThat(state("next").candidateArm().errors()).isZero();

            execute("tminus:rollout-promote next");
            await("the candidate is in force", () -> state("next").phase().equals("promoted"));
            for (byte[] picture : GarmentPictures.first(20)) {
                assertThat(ask(picture).modelVersion()).isEqualTo(next);
            }
        } finally {
            repository.remove(ReferenceModel.NAME, next);
            Files.delete(update);
        }
    }

    private RolloutState state(String name) {
        return rollouts.rollouts().stream()
                .filter(rollout -> rollout.name().equals(name))
                .findFirst()
                .orElseThrow();
    }

    private Trace ask(byte[] picture) throws Exception {
        InferenceRequest request = InferenceRequest.builder(ReferenceModel.NAME)
                .inputs(model.preprocessing().orElseThrow().apply(List.of(GarmentPictures.input(picture))))
                .build();
        try (InferenceResult result = inference.infer(request)) {
            return result.traces().get(0);
        }
    }
}
