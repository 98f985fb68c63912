/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.nio.ByteBuffer;
import java.nio.FloatBuffer;
import org.junit.jupiter.api.Test;

class FloatsTest {
    private static HostTensor tensor(ElementType type, int... elements) {
        HostTensor tensor = HostTensor.allocate(type, Shape.of(elements.length));
        ByteBuffer buffer = tensor.writableBuffer();
        for (int element : elements) {
            buffer.putShort((short) element);
        }
        return tensor;
    }

    @Test
    void readsFloat16() {
        FloatBuffer read = Floats.of(
                tensor(ElementType.FLOAT16, 0, 0x8000, 0x3c00, 0xc000, 0x3555, 0x7bff, 0x0001, 0x03ff, 0x0400));

        assertThat(read.remaining()).isEqualTo(9);
        float[] values = new float[9];
        read.get(values);
        assertThat(values)
                .containsExactly(0f, -0f, 1f, -2f, 0.333251953125f, 65504f, 0x1p-24f, 1023 * 0x1p-24f, 0x1p-14f);
        assertThat(Float.floatToRawIntBits(values[1])).isEqualTo(0x8000_0000);
    }

    @Test
    void keepsWhatIsNoNumber() {
        assertThat(Floats.ofFloat16((short) 0x7c00)).isEqualTo(Float.POSITIVE_INFINITY);
        assertThat(Floats.ofFloat16((short) 0xfc00)).isEqualTo(Float.NEGATIVE_INFINITY);
        assertThat(Floats.ofFloat16((short) 0x7e00)).isNaN();
        assertThat(Floats.ofBfloat16((short) 0xff80)).isEqualTo(Float.NEGATIVE_INFINITY);
        assertThat(Floats.ofBfloat16((short) 0x7fc0)).isNaN();
    }

    /** Every float16 is larger than the one before it, and halves double where the exponent grows by one. */
    @Test
    void ordersAllFloat16() {
        float before = Floats.ofFloat16((short) 0);
        for (int bits = 1; bits < 0x7c00; bits++) {
            float value = Floats.ofFloat16((short) bits);
            assertThat(value).isGreaterThan(before);
            assertThat(Floats.ofFloat16((short) (bits | 0x8000))).isEqualTo(-value);
            if (bits >= 0x800) {
                assertThat(value).isEqualTo(2 * Floats.ofFloat16((short) (bits - 0x400)));
            }
            before = value;
        }
    }

    @Test
    void readsBfloat16() {
        FloatBuffer read = Floats.of(tensor(ElementType.BFLOAT16, 0x3f80, 0xc040, 0x0000));

        assertThat(new float[] {read.get(), read.get(), read.get()}).containsExactly(1f, -3f, 0f);
    }

    @Test
    void roundsFloat64() {
        HostTensor tensor = HostTensor.allocate(ElementType.FLOAT64, Shape.of(2));
        tensor.writableBuffer().putDouble(0.1).putDouble(-3);

        FloatBuffer read = Floats.of(tensor);

        assertThat(new float[] {read.get(), read.get()}).containsExactly(0.1f, -3f);
    }

    @Test
    void ofFloat32IsAView() {
        HostTensor tensor = HostTensor.ofFloats(Shape.of(2), 1, 2);
        FloatBuffer read = Floats.of(tensor);
        tensor.writableBuffer().putFloat(7);

        assertThat(read.get(0)).isEqualTo(7);
        assertThat(read.isReadOnly()).isTrue();
    }

    @Test
    void refusesWholeNumbersAndText() {
        assertThat(Floats.canRead(ElementType.INT8)).isFalse();
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Floats.of(HostTensor.ofLongs(Shape.of(1), 1)))
                .withMessageContaining("int64");
    }
}
