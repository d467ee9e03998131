rule chained
{
    strings:
        $far = { 48 45 41 44 [-] 42 4F 44 59 [200-400] 54 41 49 4C }
        $near = { 48 45 41 44 [0-300] 42 4F 44 59 }
    condition:
        any of them
}
// scan: "HEAD......BODY"
// expect: chained
