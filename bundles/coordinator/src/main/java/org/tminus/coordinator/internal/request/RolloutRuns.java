/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.coordinator.internal.request;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.osgi.framework.VersionRange;
import org.tminus.coordinator.internal.configuration.GlobalSettings;
import org.tminus.coordinator.internal.rollout.Rollout;
import org.tminus.coordinator.internal.session.ModelView;
import org.tminus.failure.InvalidRequestException;
import org.tminus.failure.ModelNotFoundException;
import org.tminus.inference.InferenceRequest;
import org.tminus.tensor.Tensor;

/** Which requests take part in rollouts, and which of them run a second time. Stateless. */
final class RolloutRuns {
    private static final VersionRange ANY = VersionRange.valueOf("0");

    private RolloutRuns() {}

    /** Whether a request leaves the choice of the version to the platform. */
    static boolean takesAnyVersion(InferenceRequest request) {
        return request.versions().equals(ANY);
    }

    /**
     * On which side of the rollout at work a request is: by its number alone.
     *
     * @param inForce the route of requests that are not drawn
     * @param id the request's number
     * @return null if it takes part in none
     */
    static @Nullable Ticket enrol(Router router, Route inForce, InferenceRequest request, long id, long now)
            throws ModelNotFoundException {
        Rollout rollout = inForce.rollout();
        if (rollout == null || !rollout.isRunning() || choosesPolicy(request)) {
            return null;
        }
        boolean forModel = rollout.settings().isForModel();
        if (forModel && !takesAnyVersion(request)) {
            return null;
        }
        if (!rollout.isDrawn(id)) {
            return Ticket.control(rollout, false);
        }
        Route candidate = router.candidate(request, rollout, now);
        if (candidate == null) {
            rollout.unavailable();
            return null;
        }
        if (forModel && !isAccepted(request, candidate)) {
            // What the version in force takes is answered by it, and counts against the one that does not.
            Ticket.candidate(rollout).report(true, -1);
            return null;
        }
        return rollout.settings().isCanary() ? Ticket.candidate(rollout) : Ticket.control(rollout, true);
    }

    private static boolean choosesPolicy(InferenceRequest request) {
        return request.policy().isPresent() || request.operatingPoint().isPresent();
    }

    private static boolean isAccepted(InferenceRequest request, Route candidate) {
        try {
            RequestValidator.validate(request, candidate.candidates().get(0).view());
            return true;
        } catch (InvalidRequestException e) {
            return false;
        }
    }

    /**
     * Copies what the second run of an answered request needs, while the client's memory is still there.
     *
     * @param outputs the answer
     * @return null if there is to be none
     */
    static @Nullable RolloutComparison draw(
            Task task, Ticket ticket, ModelView view, Map<String, Tensor> outputs, GlobalSettings settings) {
        Rollout rollout = ticket.rollout();
        if (!ticket.isRepeated() || !rollout.isRunning()) {
            return null;
        }
        Agreement agreement = Agreement.of(view, settings.agreementCosine());
        if (agreement != null && !outputs.containsKey(agreement.output())) {
            agreement = null;
        }
        if (ticket.isCandidate() && agreement == null) {
            // Only for the comparison does what is in force run once more.
            return null;
        }
        InferenceRequest request = task.request();
        int rows = task.batch().rows();
        if (Tensors.bytes(request.inputs(), rows) > settings.shadowMaxBytes()) {
            rollout.dropped();
            return null;
        }
        List<float[]> answers = new ArrayList<>();
        for (int row = 0; row < rows && agreement != null; row++) {
            float[] answer = agreement.keep(outputs, row);
            answers.add(answer == null ? new float[0] : answer);
        }
        Map<String, Tensor> copies = new HashMap<>();
        int[] all = IntStream.range(0, rows).toArray();
        request.inputs().forEach((name, tensor) -> copies.put(name, Tensors.gather(tensor, all)));
        return new RolloutComparison(
                rollout, task.id(), request, task.batch(), ticket.isCandidate(), agreement, copies, answers);
    }
}
