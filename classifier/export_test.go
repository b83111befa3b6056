package classifier

// Groups is groups for the tests.
var Groups = groups
