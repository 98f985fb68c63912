/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.coordinator.internal.request;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.tminus.certificate.SequentialTest;
import org.tminus.coordinator.internal.certificate.CertificateBook;
import org.tminus.coordinator.internal.certificate.PointId;
import org.tminus.coordinator.internal.certificate.Standing;
import org.tminus.coordinator.internal.configuration.GlobalSettings;
import org.tminus.coordinator.internal.rollout.Draw;
import org.tminus.coordinator.internal.session.ModelView;
import org.tminus.coordinator.internal.status.Counter;
import org.tminus.coordinator.internal.status.Counters;
import org.tminus.tensor.Tensor;

/**
 * Draws from the certified answers those that are compared with full depth. Which rows are drawn follows from the number of
 * the request alone, never from input, policy or load; what load makes impossible is dropped, and counted. Thread-safe.
 */
final class ShadowRuns {
    private static final long SEED = 0x5eed_7a3c_91b2_44d1L;

    private final CertificateBook book;
    private final Counters counters;

    ShadowRuns(CertificateBook book, Counters counters) {
        this.book = book;
        this.counters = counters;
    }

    /** Whether a row is drawn: the same for the same numbers, and as good as independent of all else. */
    static boolean isDrawn(long requestId, int row, double share) {
        return Draw.isDrawn(SEED, requestId, row, share);
    }

    /**
     * Draws from an answered request and copies what the comparison needs, while the client's memory is still there.
     *
     * @param fullDepth per row, whether full depth answered it
     * @param outputs the answer
     * @return null if nothing is drawn or can be compared
     */
    @Nullable
    CertificateComparison draw(
            Task task,
            ModelView view,
            Standing standing,
            boolean[] fullDepth,
            Map<String, Tensor> outputs,
            GlobalSettings settings) {
        PointId id = standing.id();
        double share = settings.shadowShare();
        if (share <= 0 || id == null || !standing.isCertified() || Double.isNaN(standing.limit())) {
            return null;
        }
        List<Integer> drawn = new ArrayList<>();
        for (int row = 0; row < fullDepth.length; row++) {
            if (isDrawn(task.id(), row, share)) {
                drawn.add(row);
            }
        }
        if (drawn.isEmpty()) {
            return null;
        }
        counters.add(Counter.SHADOW_DRAWN, drawn.size());
        Agreement agreement = Agreement.of(view, settings.agreementCosine());
        if (agreement == null || !outputs.containsKey(agreement.output())) {
            counters.add(Counter.SHADOW_DROPPED, drawn.size());
            return null;
        }
        int[] running = drawn.stream()
                .mapToInt(Integer::intValue)
                .filter(row -> !fullDepth[row])
                .toArray();
        if (Tensors.bytes(task.request().inputs(), running.length) > settings.shadowMaxBytes()) {
            counters.add(Counter.SHADOW_DROPPED, drawn.size());
            return null;
        }
        List<CertificateComparison.Kept> kept = new ArrayList<>();
        for (int row : drawn) {
            float[] answer = fullDepth[row] ? null : agreement.keep(outputs, row);
            kept.add(new CertificateComparison.Kept(fullDepth[row], answer == null ? new float[0] : answer));
        }
        Map<String, Tensor> copies = new HashMap<>();
        if (running.length > 0) {
            task.request().inputs().forEach((name, tensor) -> copies.put(name, Tensors.gather(tensor, running)));
        }
        SequentialTest test = book.test(id, standing.limit(), standing.delta());
        return new CertificateComparison(book, counters, task.id(), task.batch(), id, test, agreement, copies, kept);
    }
}
