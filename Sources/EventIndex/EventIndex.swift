// EventIndex
