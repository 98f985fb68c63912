/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.ReadOnlyBufferException;
import java.util.List;
import org.junit.jupiter.api.Test;

class HostTensorTest {
    @Test
    void readsBackWhatWasWrittenInNativeOrder() {
        HostTensor tensor = HostTensor.ofFloats(Shape.of(2, 2), 1, 2, 3, 4);

        assertThat(tensor.buffer().order()).isEqualTo(ByteOrder.nativeOrder());
        assertThat(tensor.buffer().asFloatBuffer().get(3)).isEqualTo(4f);
        assertThat(tensor.byteSize()).isEqualTo(16);
        assertThat(tensor.location().isHost()).isTrue();
    }

    @Test
    void everyViewIsFreshAndReadOnly() {
        HostTensor tensor = HostTensor.ofLongs(Shape.of(2), 7, 8);
        ByteBuffer first = tensor.buffer();
        first.getLong();

        assertThat(tensor.buffer().position()).isZero();
        assertThatExceptionOfType(ReadOnlyBufferException.class).isThrownBy(() -> first.putLong(1));
    }

    @Test
    void wrapsACallersBufferFromItsPositionWithoutACopy() {
        ByteBuffer memory = ByteBuffer.allocateDirect(12).order(ByteOrder.nativeOrder());
        memory.putInt(0);
        HostTensor tensor = HostTensor.wrap(ElementType.INT32, Shape.of(2), memory);
        memory.putInt(4, 42);

        assertThat(tensor.buffer().getInt(0)).isEqualTo(42);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> HostTensor.wrap(ElementType.INT32, Shape.of(3), memory))
                .withMessageContaining("12 bytes")
                .withMessageContaining("8");
    }

    @Test
    void refusesUseAfterCloseAndClosesTwice() {
        HostTensor tensor = HostTensor.ofInts(Shape.of(1), 1);
        tensor.close();
        tensor.close();

        assertThatIllegalStateException().isThrownBy(tensor::buffer);
        assertThatIllegalStateException().isThrownBy(tensor::writableBuffer);
    }

    @Test
    void stringsHaveNoBufferAndNumbersHaveNoStrings() {
        HostTensor strings = HostTensor.ofStrings(Shape.of(2), List.of("a", "é"));

        assertThat(strings.byteSize()).isEqualTo(3);
        assertThat(HostTensor.copyOf(strings).strings()).containsExactly("a", "é");
        assertThatExceptionOfType(UnsupportedOperationException.class).isThrownBy(strings::buffer);
        assertThatExceptionOfType(UnsupportedOperationException.class)
                .isThrownBy(() -> HostTensor.ofInts(Shape.of(1), 1).strings());
    }

    @Test
    void refusesWrongCountsTypesAndSizes() {
        assertThatIllegalArgumentException().isThrownBy(() -> HostTensor.ofFloats(Shape.of(3), 1, 2));
        assertThatIllegalArgumentException().isThrownBy(() -> HostTensor.allocate(ElementType.STRING, Shape.of(1)));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> HostTensor.allocate(ElementType.FLOAT32, Shape.of(1L << 30)));
        HostTensor target = HostTensor.allocate(ElementType.FLOAT32, Shape.of(2));
        assertThatIllegalArgumentException().isThrownBy(() -> target.write(HostTensor.ofFloats(Shape.of(1, 2), 1, 2)));
        target.write(HostTensor.ofFloats(Shape.of(2), 5, 6));
        assertThat(target.buffer().asFloatBuffer().get(1)).isEqualTo(6f);
    }

    @Test
    void copiesAreIndependent() {
        HostTensor source = HostTensor.ofFloats(Shape.of(1), 1);
        HostTensor copy = HostTensor.copyOf(source);
        source.writableBuffer().putFloat(0, 9);

        assertThat(copy.buffer().getFloat(0)).isEqualTo(1f);
    }
}
