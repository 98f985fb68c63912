/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.policy.lstm.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.FloatRange;
import org.junit.jupiter.api.Test;

class ActivationsTest {
    @Property(tries = 5000)
    void theyAreAsThoseOfTheJdk(@ForAll @FloatRange(min = -12, max = 12) float value) {
        assertThat(Activations.tanh(value)).isCloseTo((float) Math.tanh(value), within(5e-7f));
        float[] values = {value, value};
        Activations.sigmoid(values, 1, 2);
        assertThat(values[0]).isEqualTo(value);
        assertThat(values[1]).isCloseTo((float) (1 / (1 + Math.exp(-value))), within(5e-7f));
        Activations.tanh(values, 0, 1);
        assertThat(values[0]).isEqualTo(Activations.tanh(value));
    }

    @Test
    void extremesSaturateAndWhatIsNoNumberStaysNone() {
        for (float large : new float[] {20, Float.MAX_VALUE, Float.POSITIVE_INFINITY}) {
            assertThat(Activations.tanh(large)).isCloseTo(1, within(5e-7f));
            assertThat(Activations.tanh(-large)).isCloseTo(-1, within(5e-7f));
        }
        assertThat(Activations.tanh(0)).isZero();
        assertThat(Activations.tanh(Float.NaN)).isNaN();
    }
}
