/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.integration;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Hashtable;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.junit.Before;
import org.junit.Test;
import org.osgi.framework.ServiceRegistration;
import org.osgi.service.event.Event;
import org.osgi.service.event.EventConstants;
import org.osgi.service.event.EventHandler;
import org.tminus.inference.CertificateState;
import org.tminus.inference.CertifiedPoint;
import org.tminus.inference.InferenceRequest;
import org.tminus.inference.InferenceResult;
import org.tminus.inference.InferenceService;
import org.tminus.inference.PlatformStatus;
import org.tminus.inference.Trace;
import org.tminus.model.AdaptiveModel;
import org.tminus.model.ModelRepository;

/** The certificate of the reference model holds for pictures like those that it counts, and not for others. */
public class CertificateIT extends TminusTestSupport {
    private static final String COORDINATOR = "org.tminus";
    private static final String TOPIC = "org/tminus/certificate/WITHDRAWN";
    private static final int USUAL = 400;
    private static final int MOST_IN_FOG = 2000;

    private InferenceService inference;
    private PlatformStatus status;
    private AdaptiveModel model;

    @Before
    public void installTheModel() throws Exception {
        inference = service(InferenceService.class);
        status = service(PlatformStatus.class);
        ModelRepository repository = service(ModelRepository.class);
        model = repository.models().isEmpty()
                ? repository.install(ReferenceModel.file())
                : repository.models().get(0);
        await("the platform is ready; " + status.warnings(), status::ready);
    }

    @Test
    public void whatWasCertifiedIsWhatIsServed() throws Exception {
        ModelRepository repository = service(ModelRepository.class);
        List<AdaptiveModel> others = new ArrayList<>();
        for (String name : List.of("pointer-chase", "signposts")) {
            others.add(repository.install(ReferenceModel.file().resolveSibling(name + ".tminus")));
        }
        try {
            await(
                    "all points are certified; " + reasons(),
                    () -> reasons().isEmpty() && models().containsAll(List.of("pointer-chase", "signposts")));
        } finally {
            for (AdaptiveModel other : others) {
                repository.remove(other.name(), other.version());
            }
        }
    }

    private Set<String> models() {
        return status.certificates().stream().map(CertifiedPoint::model).collect(Collectors.toSet());
    }

    /** Why points are not certified. */
    private List<String> reasons() {
        return status.certificates().stream()
                .filter(point -> point.state() != CertificateState.CERTIFIED)
                .map(point -> point.model() + " " + point.operatingPoint() + ": " + point.reason())
                .toList();
    }

    @Test
    public void aShiftOfTheInputsWithdrawsThePointUntilTheOperatorRestoresIt() throws Exception {
        String point = model.defaultOperatingPoint().orElseThrow().name();
        BlockingQueue<Event> events = new LinkedBlockingQueue<>();
        ServiceRegistration<EventHandler> handler = context.registerService(
                EventHandler.class, events::add, new Hashtable<>(Map.of(EventConstants.EVENT_TOPIC, TOPIC)));
        configure(COORDINATOR, Map.of("shadowShare", "1", "shadowQueueCapacity", "4096"));
        try {
            List<byte[]> pictures = GarmentPictures.first(USUAL + MOST_IN_FOG);
            for (byte[] picture : pictures.subList(0, USUAL)) {
                Trace usual = ask(picture);
                assertThat(usual.certificate())
                        .as("%s", usual.certificateReason())
                        .isIn(CertificateState.CERTIFIED, CertificateState.FULL_DEPTH);
            }
            await("all shadows ran", () -> standing(point).compared() >= USUAL);
            assertThat(standing(point).state()).isEqualTo(CertificateState.CERTIFIED);
            assertThat(events).isEmpty();

            for (byte[] picture : pictures.subList(USUAL, pictures.size())) {
                ask(GarmentPictures.inFog(picture));
                if (standing(point).state() == CertificateState.WITHDRAWN) {
                    break;
                }
            }
            Event event = events.poll(PATIENCE.toSeconds(), TimeUnit.SECONDS);
            assertThat(event).as("an event; " + describe(point)).isNotNull();
            assertThat(event.getProperty("model")).isEqualTo(ReferenceModel.NAME);
            assertThat(event.getProperty("operatingPoint")).isEqualTo(point);
            Trace withdrawn = ask(pictures.get(0));
            assertThat(withdrawn.certificate()).isEqualTo(CertificateState.WITHDRAWN);
            assertThat(withdrawn.path()).isEqualTo(model.fullDepth());
            assertThat(withdrawn.certificateReason()).isNotEmpty();

            execute("tminus:certificate-restore " + ReferenceModel.NAME);
            assertThat(standing(point).state()).isEqualTo(CertificateState.CERTIFIED);
            assertThat(ask(pictures.get(0)).certificate()).isNotEqualTo(CertificateState.WITHDRAWN);
        } finally {
            handler.unregister();
            configure(COORDINATOR, Map.of());
        }
    }

    private CertifiedPoint standing(String point) {
        return status.certificates().stream()
                .filter(certified -> certified.operatingPoint().equals(point))
                .findFirst()
                .orElseThrow();
    }

    private String describe(String point) {
        CertifiedPoint standing = standing(point);
        return standing.disagreed() + " of " + standing.compared() + " differed, the limit is " + standing.limit();
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
