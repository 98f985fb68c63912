/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.evaluation.measure;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.reflect.Proxy;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.tminus.evaluation.method.Subject;
import org.tminus.model.AdaptiveModel;
import org.tminus.model.LayerId;
import org.tminus.model.OperatingPoint;
import org.tminus.policy.PolicyContext;
import org.tminus.policy.PolicyRun;

class EarlyExitTest {
    @Test
    void noHeadIsReadWhereItNeverStops() throws Exception {
        try (Subject subject = Subject.open(Path.of("../../models/fashion-vit.tminus"))) {
            AdaptiveModel model = subject.model();
            List<String> layers =
                    model.layers().stream().map(layer -> layer.id().value()).toList();
            OperatingPoint point = EarlyExit.point("early-exit", "some", layers.subList(0, 3), List.of(0.9, 2.0, 0.8));
            PolicyContext context = (PolicyContext) Proxy.newProxyInstance(
                    getClass().getClassLoader(),
                    new Class<?>[] {PolicyContext.class},
                    (proxy, method, arguments) -> switch (method.getName()) {
                        case "model" -> model;
                        case "rows" -> 1;
                        case "operatingPoint" -> Optional.of(point);
                        default -> throw new UnsupportedOperationException(method.getName());
                    });
            try (PolicyRun run = new EarlyExit().begin(context)) {
                assertThat(run.first().get(0).checkpoints())
                        .containsExactly(new LayerId(layers.get(0)), new LayerId(layers.get(2)));
            }
        }
    }
}
