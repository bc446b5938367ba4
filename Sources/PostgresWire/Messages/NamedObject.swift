/// What a name stands for in Describe and Close.
enum NamedObject: UInt8 {
    case statement = 0x53  // S
    case portal = 0x50  // P
}
