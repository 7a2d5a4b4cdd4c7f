import * as assert from "uvu/assert";
import { locate } from "../../src/datum/locate.ts";
import { suite } from "../support/suite.ts";

const test = suite("datum/locate");

test.run();
