/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.predictor.features;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;
import org.tminus.model.ModelSignature;
import org.tminus.model.TensorSpec;
import org.tminus.tensor.ElementType;
import org.tminus.tensor.HostTensor;
import org.tminus.tensor.Shape;

class ValueFeaturesTest {
    @Test
    void allInputsFollowEachOtherInTheOrderOfTheSignature() {
        ValueFeatures features = ValueFeatures.of(
                signature(spec("nodes", ElementType.INT64, -1, 2, 2), spec("x", ElementType.FLOAT32, -1, 1)));
        ValueFeatures.Batch batch = features.open(
                Map.of(
                        "x", HostTensor.ofFloats(Shape.of(2, 1), 0.5f, Float.NaN),
                        "nodes", HostTensor.ofLongs(Shape.of(2, 2, 2), 1, 2, 3, 4, 5, 6, 7, -8)),
                2);
        float[] out = new float[6];

        assertThat(features.count()).isEqualTo(5);
        assertThat(features.names()).containsExactly("nodes[0]", "nodes[1]", "nodes[2]", "nodes[3]", "x[0]");
        batch.compute(0, out);
        assertThat(out).containsExactly(1, 2, 3, 4, 0.5f, 0);
        batch.compute(1, out);
        assertThat(out).containsExactly(5, 6, 7, -8, Float.NaN, 0);
    }

    @Test
    void everyTypeIsReadAsTheNumberThatItHolds() {
        assertThat(read(ElementType.INT8, -1)).isEqualTo(-1);
        assertThat(read(ElementType.UINT8, -1)).isEqualTo(255);
        assertThat(read(ElementType.INT16, -1, -1)).isEqualTo(-1);
        assertThat(read(ElementType.UINT16, -1, -1)).isEqualTo(65_535);
        assertThat(read(ElementType.INT32, 0, 0, 0, 0x80)).isEqualTo(Integer.MIN_VALUE);
        assertThat(read(ElementType.UINT32, 0, 0, 0, 0x80)).isEqualTo(0x1p31f);
        assertThat(read(ElementType.INT64, 0, 0, 0, 0, 0, 0, 0, 0x80)).isEqualTo(-0x1p63f);
        assertThat(read(ElementType.UINT64, 0, 0, 0, 0, 0, 0, 0, 0x80)).isEqualTo(0x1p63f);
        assertThat(read(ElementType.BFLOAT16, 0x80, 0x3F)).isEqualTo(1);
        assertThat(read(ElementType.FLOAT64, 0, 0, 0, 0, 0, 0, 0xF0, 0x3F)).isEqualTo(1);
        // Half precision: 1, -2, the largest, the smallest normal, the smallest, infinity, NaN.
        assertThat(read(ElementType.FLOAT16, 0x00, 0x3C)).isEqualTo(1);
        assertThat(read(ElementType.FLOAT16, 0x00, 0xC0)).isEqualTo(-2);
        assertThat(read(ElementType.FLOAT16, 0xFF, 0x7B)).isEqualTo(65_504);
        assertThat(read(ElementType.FLOAT16, 0x00, 0x04)).isEqualTo(0x1p-14f);
        assertThat(read(ElementType.FLOAT16, 0x01, 0x00)).isEqualTo(0x1p-24f);
        assertThat(read(ElementType.FLOAT16, 0x00, 0xFC)).isEqualTo(Float.NEGATIVE_INFINITY);
        assertThat(read(ElementType.FLOAT16, 0x01, 0x7C)).isNaN();
    }

    @Property(tries = 500)
    void unsignedNumbersAreRoundedToTheNearest(@ForAll long bits) {
        ByteBuffer bytes = ByteBuffer.allocate(8)
                .order(ByteOrder.nativeOrder())
                .putLong(bits)
                .flip();
        assertThat(read(ElementType.UINT64, bytes)).isEqualTo(new BigInteger(Long.toUnsignedString(bits)).floatValue());
    }

    @Test
    void modelsWithoutSuchFeaturesAreRefusedInASentence() {
        refused("65 elements per row; 1 to 64", spec("x", ElementType.FLOAT32, -1, 65));
        refused("80 elements", spec("x", ElementType.FLOAT32, -1, 40), spec("y", ElementType.INT8, -1, 8, 5));
        refused("too many elements", spec("x", ElementType.FLOAT32, -1, Integer.MAX_VALUE, Integer.MAX_VALUE));
        refused("too many elements", spec("x", ElementType.FLOAT32, -1, Long.MAX_VALUE, 2));
        refused("'ids' has the variable shape [?, ?]", spec("ids", ElementType.INT64, -1, -1));
        refused("'x' is of type bool", spec("x", ElementType.BOOL, -1, 2));
        refused("'x' is of type string", spec("x", ElementType.STRING, -1, 2));
        refused("no batch dimension", spec("x", ElementType.FLOAT32));
        refused("0 elements");
        assertThat(ValueFeatures.obstacle(signature(spec("x", ElementType.FLOAT32, -1, 64))))
                .isEmpty();
        assertThat(ValueFeatures.of(signature(spec("x", ElementType.FLOAT32, -1, 8, 8)))
                        .count())
                .isEqualTo(ValueFeatures.LIMIT);
        assertThat(ValueFeatures.of(signature(spec("x", ElementType.FLOAT32, -1)))
                        .names())
                .containsExactly("x[0]");
    }

    @Test
    void wrongInputsAreRefused() {
        ValueFeatures features = ValueFeatures.of(signature(spec("x", ElementType.FLOAT32, -1, 2)));
        for (Map<String, HostTensor> inputs : List.of(
                Map.<String, HostTensor>of(),
                Map.of("x", HostTensor.ofLongs(Shape.of(1, 2), 1, 2)),
                Map.of("x", HostTensor.ofFloats(Shape.of(1, 3), 1, 2, 3)),
                Map.of("x", HostTensor.ofFloats(Shape.of(2, 2), 1, 2, 3, 4)))) {
            assertThatThrownBy(() -> features.open(inputs, 1))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("'x' must be float32 [?, 2] with 1 rows");
        }
        ValueFeatures.Batch batch = features.open(Map.of("x", HostTensor.ofFloats(Shape.of(1, 2), 1, 2)), 1);
        assertThatThrownBy(() -> batch.compute(1, new float[2])).hasMessageContaining("no row 1");
        assertThatThrownBy(() -> batch.compute(-1, new float[2])).hasMessageContaining("no row -1");
        assertThatThrownBy(() -> batch.compute(0, new float[1])).hasMessageContaining("room for 2");
    }

    private static void refused(String reason, TensorSpec... inputs) {
        assertThat(ValueFeatures.obstacle(signature(inputs)).orElseThrow()).contains(reason);
        assertThatThrownBy(() -> ValueFeatures.of(signature(inputs)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContainingAll("'values-v1'", reason);
    }

    /** Reads a number from its bytes, lowest first. */
    private static float read(ElementType type, int... bytes) {
        ByteBuffer data = ByteBuffer.allocate(bytes.length);
        boolean lowestFirst = ByteOrder.nativeOrder() == ByteOrder.LITTLE_ENDIAN;
        for (int index = 0; index < bytes.length; index++) {
            data.put(lowestFirst ? index : bytes.length - 1 - index, (byte) bytes[index]);
        }
        return read(type, data);
    }

    private static float read(ElementType type, ByteBuffer data) {
        float[] out = new float[1];
        ValueFeatures.of(signature(spec("x", type, -1, 1)))
                .open(Map.of("x", HostTensor.wrap(type, Shape.of(1, 1), data)), 1)
                .compute(0, out);
        return out[0];
    }

    private static TensorSpec spec(String name, ElementType type, long... dimensions) {
        return new TensorSpec(
                name, type, java.util.Arrays.stream(dimensions).boxed().toList());
    }

    private static ModelSignature signature(TensorSpec... inputs) {
        return new ModelSignature(List.of(inputs), List.of(), Optional.empty());
    }
}
