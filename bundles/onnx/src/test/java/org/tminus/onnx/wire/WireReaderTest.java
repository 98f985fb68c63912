/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.onnx.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.onnx.proto.OnnxMl.AttributeProto;
import ai.onnx.proto.OnnxMl.StringStringEntryProto;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;
import org.tminus.onnx.OnnxFormatException;

class WireReaderTest {
    @Property(tries = 200)
    void whatProtobufWritesIsReadBack(
            @ForAll @Size(max = 20) List<Long> ints, @ForAll @Size(max = 20) List<Float> floats) throws Exception {
        byte[] bytes = AttributeProto.newBuilder()
                .setName("näme")
                .addAllInts(ints)
                .addAllFloats(floats)
                .setI(-1)
                .build()
                .toByteArray();
        List<Long> readInts = new ArrayList<>();
        List<Float> readFloats = new ArrayList<>();
        WireReader reader = reader(bytes);
        while (reader.next()) {
            switch (reader.field()) {
                case 1 -> assertThat(reader.string()).isEqualTo("näme");
                case 3 -> assertThat(reader.longValue()).isEqualTo(-1);
                case 7 -> readFloats.addAll(floats(reader));
                case 8 -> readInts.addAll(longs(reader));
                default -> reader.skip();
            }
        }
        assertThat(readInts).isEqualTo(ints);
        assertThat(readFloats).isEqualTo(floats);
    }

    private static List<Long> longs(WireReader reader) throws OnnxFormatException {
        if (reader.wireType() == WireReader.VARINT) {
            return List.of(reader.varint());
        }
        List<Long> values = new ArrayList<>();
        for (WireReader packed = reader.message(); !packed.isAtEnd(); ) {
            values.add(packed.varint());
        }
        return values;
    }

    private static List<Float> floats(WireReader reader) throws OnnxFormatException {
        if (reader.wireType() == WireReader.FIXED32) {
            return List.of(reader.fixed32());
        }
        List<Float> values = new ArrayList<>();
        for (WireReader packed = reader.message(); !packed.isAtEnd(); ) {
            values.add(packed.fixed32());
        }
        return values;
    }

    @Test
    void aMessageEndsWhereItsFieldEnds() throws Exception {
        // Field 1 of two bytes, in which field 2 claims three.
        WireReader reader = reader(0x0A, 2, 0x12, 3, 'a', 'b', 'c');
        assertThat(reader.next()).isTrue();
        WireReader inner = reader.message();
        assertThat(inner.next()).isTrue();
        assertThatThrownBy(inner::string)
                .isInstanceOf(OnnxFormatException.class)
                .hasMessage("The thing is damaged at byte 4: a field claims 3 bytes where 0 are left.");
    }

    @Test
    void theWrongKindOfFieldIsRefused() throws Exception {
        WireReader text = reader(0x0A, 1, 'a');
        assertThat(text.next()).isTrue();
        assertThatThrownBy(text::longValue).hasMessageContaining("wire type 2 instead of 0");
        WireReader number = reader(0x08, 1);
        assertThat(number.next()).isTrue();
        assertThatThrownBy(number::string).hasMessageContaining("wire type 0 instead of 2");
    }

    @Test
    void noBytesLeadAnywhereElseThanToAnEndOrAFailure() {
        Random random = new Random(3);
        int[] outcomes = new int[2];
        byte[] good = StringStringEntryProto.newBuilder()
                .setKey("key")
                .setValue("value")
                .build()
                .toByteArray();
        for (int round = 0; round < 20_000; round++) {
            byte[] bytes = good.clone();
            bytes[random.nextInt(bytes.length)] = (byte) random.nextInt(256);
            try {
                for (WireReader reader = reader(bytes); reader.next(); ) {
                    reader.skip();
                }
                outcomes[0]++;
            } catch (OnnxFormatException e) {
                assertThat(e.advice()).isEqualTo("Mend it.");
                outcomes[1]++;
            }
        }
        assertThat(outcomes).doesNotContain(0);
    }

    private static WireReader reader(int... values) {
        byte[] bytes = new byte[values.length];
        for (int index = 0; index < values.length; index++) {
            bytes[index] = (byte) values[index];
        }
        return reader(bytes);
    }

    private static WireReader reader(byte[] bytes) {
        return new WireReader(bytes, "The thing", "Mend it.");
    }
}
