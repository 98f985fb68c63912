/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.integration;

import org.junit.Test;

/** The trainer, with its natives, in a container that people bring themselves. */
public class TrainerIT extends PlainKarafSupport {
    @Test
    public void weightsAreTrained() throws Exception {
        features.installFeature("tminus-trainer");
        PlainTraining.begin(context, PATIENCE);
    }
}
