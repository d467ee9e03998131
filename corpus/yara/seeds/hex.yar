rule hex
{
    strings:
        $jump = { 4D 5A [2-8] ( 50 45 | 4E 45 ) ?? 0? }
        $not = { 00 ~00 01 }
    condition:
        $jump and $not
}
// scan: "MZ\x90\x00\x03PE\x41\x04 and \x00\x7f\x01"
// expect: hex
