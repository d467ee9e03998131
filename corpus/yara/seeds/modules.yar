import "math"
import "string"
import "tests"

rule measured
{
    condition:
        math.in_range(math.entropy(0, filesize), 1.0, 8.0) and math.max(1, 2) == 2
}

rule parsed
{
    condition:
        string.to_int("291") == 291 and string.length("abc") == 3
}

rule objects
{
    condition:
        tests.constants.one == 1 and
        for any n in tests.integer_array : ( n == 2 ) and
        for any k, v in tests.struct_dict : ( k == "foo" and v.i == 1 )
}
// scan: "some text to measure"
// expect: measured parsed objects
