import Intake

package enum Placeholder {}
